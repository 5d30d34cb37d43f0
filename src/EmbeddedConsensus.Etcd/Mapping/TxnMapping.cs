using EmbeddedConsensus.Etcd.Protos;
using Google.Protobuf.Collections;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>Transactions, both ways.</summary>
internal static class TxnMapping
{
    /// <summary>The transaction of a request that <see cref="RequestRules"/> has accepted.</summary>
    public static Txn ToTxn(TxnRequest request) =>
        Txn.If(request.Compare.Select(ToCompare))
            .Then(request.Success.Select(ToOperation))
            .Else(request.Failure.Select(ToOperation));

    /// <summary>The response to a transaction.</summary>
    /// <param name="store">Makes the headers.</param>
    /// <param name="request">The request.</param>
    /// <param name="result">The result.</param>
    public static TxnResponse ToResponse(EtcdStore store, TxnRequest request, TxnResult result)
    {
        TxnResponse response = new() { Header = store.Header(result.Revision), Succeeded = result.Succeeded };
        RepeatedField<RequestOp> operations = result.Succeeded ? request.Success : request.Failure;
        for (int i = 0; i < operations.Count; i++)
        {
            response.Responses.Add(ToResponseOp(store, operations[i], result, i));
        }

        return response;
    }

    private static ResponseOp ToResponseOp(EtcdStore store, RequestOp operation, TxnResult result, int index)
    {
        ResponseHeader header = new() { Revision = result.Revision };
        switch (operation.RequestCase)
        {
            case RequestOp.RequestOneofCase.RequestRange:
                RangeResponse range = RangeMapping.Response(result.GetRange(index));
                range.Header = header;
                return new ResponseOp { ResponseRange = range };
            case RequestOp.RequestOneofCase.RequestPut:
                KeyValue? previous = result.GetPut(index).Previous;
                return new ResponseOp
                {
                    ResponsePut = new PutResponse
                    {
                        Header = header,
                        PrevKv = previous is null ? null : KeyMapping.ToProto(previous),
                    },
                };
            case RequestOp.RequestOneofCase.RequestDeleteRange:
                DeleteResult deleted = result.GetDelete(index);
                DeleteRangeResponse response = new() { Header = header, Deleted = deleted.Deleted };
                response.PrevKvs.AddRange(deleted.Previous.Select(KeyMapping.ToProto));
                return new ResponseOp { ResponseDeleteRange = response };
            default:
                return new ResponseOp
                {
                    ResponseTxn = ToResponse(store, operation.RequestTxn, result.GetTxn(index)),
                };
        }
    }

    private static Operation ToOperation(RequestOp operation) => operation.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestRange => Op.Range(
            KeyMapping.Range(operation.RequestRange.Key, operation.RequestRange.RangeEnd),
            RangeMapping.Options(operation.RequestRange)),
        RequestOp.RequestOneofCase.RequestPut => Op.Put(
            operation.RequestPut.Key.Memory,
            operation.RequestPut.Value.Memory,
            operation.RequestPut.PrevKv,
            operation.RequestPut.Lease),
        RequestOp.RequestOneofCase.RequestDeleteRange => Op.Delete(
            KeyMapping.Range(operation.RequestDeleteRange.Key, operation.RequestDeleteRange.RangeEnd),
            operation.RequestDeleteRange.PrevKv),
        _ => Op.Txn(ToTxn(operation.RequestTxn)),
    };

    private static Compare ToCompare(Protos.Compare compare)
    {
        KeyRange range = KeyMapping.Range(compare.Key, compare.RangeEnd);
        return compare.Target switch
        {
            Protos.Compare.Types.CompareTarget.Value => ToCompare(Compare.Value(range), compare),
            Protos.Compare.Types.CompareTarget.Create =>
                ToCompare(Compare.CreateRevision(range), compare, compare.CreateRevision),
            Protos.Compare.Types.CompareTarget.Mod =>
                ToCompare(Compare.ModRevision(range), compare, compare.ModRevision),
            Protos.Compare.Types.CompareTarget.Lease =>
                ToCompare(Compare.Lease(range), compare, compare.Lease),
            _ => ToCompare(Compare.Version(range), compare, compare.Version),
        };
    }

    private static Compare ToCompare(NumberCompare left, Protos.Compare compare, long number) => compare.Result switch
    {
        Protos.Compare.Types.CompareResult.Greater => left.GreaterThan(number),
        Protos.Compare.Types.CompareResult.Less => left.LessThan(number),
        Protos.Compare.Types.CompareResult.NotEqual => left.NotEqualTo(number),
        _ => left.EqualTo(number),
    };

    private static Compare ToCompare(ValueCompare left, Protos.Compare compare)
    {
        Value value = compare.Value.Memory;
        return compare.Result switch
        {
            Protos.Compare.Types.CompareResult.Greater => left.GreaterThan(value),
            Protos.Compare.Types.CompareResult.Less => left.LessThan(value),
            Protos.Compare.Types.CompareResult.NotEqual => left.NotEqualTo(value),
            _ => left.EqualTo(value),
        };
    }
}
