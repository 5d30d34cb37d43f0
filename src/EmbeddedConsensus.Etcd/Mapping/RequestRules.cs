using EmbeddedConsensus.Etcd.Protos;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>The checks that etcd makes before a request enters its log, in its order, with its errors.</summary>
/// <param name="store">The limits.</param>
internal sealed class RequestRules(EtcdStore store)
{
    /// <summary>Checks a read.</summary>
    public static void Check(RangeRequest request)
    {
        CheckKey(request.Key);
        if (!Enum.IsDefined(request.SortOrder) || !Enum.IsDefined(request.SortTarget))
        {
            throw EtcdErrors.InvalidSortOption;
        }
    }

    /// <summary>Checks a put.</summary>
    public static void Check(PutRequest request)
    {
        CheckKey(request.Key);
        if (request.IgnoreValue && !request.Value.IsEmpty)
        {
            throw EtcdErrors.ValueProvided;
        }

        if (request.IgnoreLease && request.Lease != 0)
        {
            throw EtcdErrors.LeaseProvided;
        }

        if (request.IgnoreValue || request.IgnoreLease)
        {
            throw Unsupported("ignore_value and ignore_lease");
        }

        if (request.Lease < 0)
        {
            throw EtcdErrors.LeaseNotFound;
        }
    }

    /// <summary>Checks a delete.</summary>
    public static void Check(DeleteRangeRequest request) => CheckKey(request.Key);

    /// <summary>Checks a transaction and all that is in it.</summary>
    public void Check(TxnRequest request)
    {
        Check(request, store.Options.MaxTxnOperations);
        TxnKeys.Check(request);
    }

    /// <summary>Checks how long a request that writes is.</summary>
    public void CheckSize(IMessage request)
    {
        if (request.CalculateSize() > store.Options.MaxRequestBytes)
        {
            throw EtcdErrors.RequestTooLarge;
        }
    }

    private static void Check(TxnRequest request, int maxOperations)
    {
        int operations = Math.Max(request.Compare.Count, Math.Max(request.Success.Count, request.Failure.Count));
        if (operations > maxOperations)
        {
            throw EtcdErrors.TooManyOperations;
        }

        foreach (Protos.Compare compare in request.Compare)
        {
            CheckKey(compare.Key);
        }

        Check(request.Success, maxOperations - operations);
        Check(request.Failure, maxOperations - operations);
    }

    private static void Check(RepeatedField<RequestOp> operations, int maxInnerOperations)
    {
        foreach (RequestOp operation in operations)
        {
            switch (operation.RequestCase)
            {
                case RequestOp.RequestOneofCase.RequestRange:
                    Check(operation.RequestRange);
                    break;
                case RequestOp.RequestOneofCase.RequestPut:
                    Check(operation.RequestPut);
                    break;
                case RequestOp.RequestOneofCase.RequestDeleteRange:
                    Check(operation.RequestDeleteRange);
                    break;
                case RequestOp.RequestOneofCase.RequestTxn:
                    Check(operation.RequestTxn, maxInnerOperations);
                    break;
                default:
                    throw EtcdErrors.KeyNotFound;
            }
        }
    }

    private static void CheckKey(ByteString key)
    {
        if (key.IsEmpty)
        {
            throw EtcdErrors.EmptyKey;
        }
    }

    private static RpcException Unsupported(string what) =>
        new(new Status(StatusCode.Unimplemented, $"etcdserver: {what} is not supported"));
}
