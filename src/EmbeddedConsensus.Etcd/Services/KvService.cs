using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Protos;
using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>Reads, writes, transactions and compaction.</summary>
/// <param name="store">The store.</param>
/// <param name="rules">Checks the requests.</param>
internal sealed class KvService(EtcdStore store, RequestRules rules) : KV.KVBase
{
    private const int StreamedKeys = 1000;

    /// <inheritdoc />
    public override async Task<RangeResponse> Range(RangeRequest request, ServerCallContext context)
    {
        RequestRules.Check(request);
        RangeResult result = await store.Keys.RangeAsync(
            KeyMapping.Range(request.Key, request.RangeEnd), RangeMapping.Options(request), context.CancellationToken);
        RangeResponse response = RangeMapping.Response(result);
        response.Header = store.Header(result.Revision);
        return response;
    }

    /// <summary>A range in pieces, all read at one revision. Header, count and whether there is more come with the
    /// last.</summary>
    public override async Task RangeStream(
        RangeRequest request, IServerStreamWriter<RangeStreamResponse> responseStream, ServerCallContext context)
    {
        RequestRules.Check(request);
        RangeOptions options = RangeMapping.Options(request);
        if (options != RangeMapping.Options(OnlyPaging(request)))
        {
            throw new RpcException(new Status(
                StatusCode.Unimplemented, "etcdserver: a streamed range has neither a sort order nor filters"));
        }

        KeyRange rest = KeyMapping.Range(request.Key, request.RangeEnd);
        long left = request.Limit > 0 ? request.Limit : long.MaxValue;
        RangeResult? first = null;
        while (true)
        {
            long limit = Math.Min(left, StreamedKeys);
            RangeResult page = await store.Keys.RangeAsync(
                rest, options with { Limit = limit }, context.CancellationToken);
            first ??= page;
            options = options with
            {
                Revision = options.Revision > 0 ? options.Revision : page.Revision,
                Consistency = Consistency.Serializable,
                IncludeCount = false,
            };
            left -= page.Items.Count;
            RangeResponse response = new();
            response.Kvs.AddRange(page.Items.Select(KeyMapping.ToProto));
            bool isLast = !page.More || left == 0 || page.Items.Count == 0;
            if (isLast)
            {
                response.Header = store.Header(first.Revision);
                response.Count = first.Count ?? 0;
                response.More = page.More;
            }

            await responseStream.WriteAsync(
                new RangeStreamResponse { RangeResponse = response }, context.CancellationToken);
            if (isLast)
            {
                return;
            }

            rest = KeyRange.After(page.Items[^1].Key, rest);
        }
    }

    /// <inheritdoc />
    public override async Task<PutResponse> Put(PutRequest request, ServerCallContext context)
    {
        RequestRules.Check(request);
        rules.CheckSize(request);
        PutResult result = await store.Keys.PutAsync(
            request.Key.Memory,
            request.Value.Memory,
            new PutOptions { ReturnPrevious = request.PrevKv, Lease = request.Lease },
            context.CancellationToken);
        return new PutResponse
        {
            Header = store.Header(result.Revision),
            PrevKv = result.Previous is null ? null : KeyMapping.ToProto(result.Previous),
        };
    }

    /// <inheritdoc />
    public override async Task<DeleteRangeResponse> DeleteRange(DeleteRangeRequest request, ServerCallContext context)
    {
        RequestRules.Check(request);
        rules.CheckSize(request);
        DeleteResult result = await store.Keys.DeleteAsync(
            KeyMapping.Range(request.Key, request.RangeEnd),
            new DeleteOptions { ReturnPrevious = request.PrevKv },
            context.CancellationToken);
        DeleteRangeResponse response = new() { Header = store.Header(result.Revision), Deleted = result.Deleted };
        response.PrevKvs.AddRange(result.Previous.Select(KeyMapping.ToProto));
        return response;
    }

    /// <inheritdoc />
    public override async Task<TxnResponse> Txn(TxnRequest request, ServerCallContext context)
    {
        rules.Check(request);
        rules.CheckSize(request);
        TxnResult result = await store.Keys.TxnAsync(TxnMapping.ToTxn(request), context.CancellationToken);
        return TxnMapping.ToResponse(store, request, result);
    }

    /// <inheritdoc />
    public override async Task<CompactionResponse> Compact(CompactionRequest request, ServerCallContext context)
    {
        if (request.Revision < 0)
        {
            throw EtcdErrors.Compacted;
        }

        await store.Keys.CompactAsync(request.Revision, context.CancellationToken);
        return new CompactionResponse { Header = store.Header() };
    }

    private static RangeRequest OnlyPaging(RangeRequest request) => new()
    {
        Limit = request.Limit,
        Revision = request.Revision,
        Serializable = request.Serializable,
        KeysOnly = request.KeysOnly,
    };
}
