using EmbeddedConsensus.Etcd.Protos;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>Range reads. Filters by revision are applied here, to the whole range, and the limit after them.</summary>
internal static class RangeMapping
{
    /// <summary>The options of a read.</summary>
    public static RangeOptions Options(RangeRequest request)
    {
        bool isFiltered = IsFiltered(request);
        return new RangeOptions
        {
            Consistency = request.Serializable ? Consistency.Serializable : Consistency.Linearizable,
            Revision = Math.Max(0, request.Revision),
            Limit = isFiltered || request.Limit < 0 ? 0 : request.Limit,
            SortTarget = (SortTarget)request.SortTarget,
            SortOrder = request.SortOrder is RangeRequest.Types.SortOrder.Descend
                ? SortOrder.Descending
                : SortOrder.Ascending,
            KeysOnly = request.KeysOnly,
            CountOnly = request.CountOnly,
        };
    }

    /// <summary>The response to a read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="result">What was read with <see cref="Options"/>.</param>
    public static RangeResponse Response(RangeRequest request, RangeResult result)
    {
        RangeResponse response = new() { Count = result.Count, More = result.More };
        IEnumerable<KeyValue> items = result.Items;
        if (IsFiltered(request) && !request.CountOnly)
        {
            KeyValue[] selected = [.. items.Where(item => IsSelected(request, item))];
            response.More = request.Limit > 0 && selected.Length > request.Limit;
            items = response.More ? selected.Take((int)request.Limit) : selected;
        }

        response.Kvs.AddRange(items.Select(KeyMapping.ToProto));
        return response;
    }

    private static bool IsFiltered(RangeRequest request) =>
        (request.MinModRevision | request.MaxModRevision | request.MinCreateRevision | request.MaxCreateRevision) != 0;

    private static bool IsSelected(RangeRequest request, KeyValue item) =>
        IsWithin(item.ModRevision, request.MinModRevision, request.MaxModRevision)
        && IsWithin(item.CreateRevision, request.MinCreateRevision, request.MaxCreateRevision);

    private static bool IsWithin(long revision, long min, long max) =>
        (min == 0 || revision >= min) && (max == 0 || revision <= max);
}
