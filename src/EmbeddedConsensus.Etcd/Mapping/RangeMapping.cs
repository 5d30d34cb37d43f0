using EmbeddedConsensus.Etcd.Protos;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>Range reads. A lower bound on revisions that is negative is none; a negative upper bound, and bounds that
/// exclude each other, select nothing, as in etcd.</summary>
internal static class RangeMapping
{
    /// <summary>The options of a read.</summary>
    public static RangeOptions Options(RangeRequest request)
    {
        bool selectsNothing = Excludes(request.MinModRevision, request.MaxModRevision)
            || Excludes(request.MinCreateRevision, request.MaxCreateRevision);
        return new RangeOptions
        {
            Consistency = request.Serializable ? Consistency.Serializable : Consistency.Linearizable,
            Revision = Math.Max(0, request.Revision),
            Limit = Math.Max(0, request.Limit),
            SortTarget = (SortTarget)request.SortTarget,
            SortOrder = request.SortOrder is RangeRequest.Types.SortOrder.Descend
                ? SortOrder.Descending
                : SortOrder.Ascending,
            KeysOnly = request.KeysOnly,
            CountOnly = request.CountOnly || selectsNothing,
            IncludeCount = true,
            MinModRevision = selectsNothing ? 0 : Math.Max(0, request.MinModRevision),
            MaxModRevision = selectsNothing ? 0 : Math.Max(0, request.MaxModRevision),
            MinCreateRevision = selectsNothing ? 0 : Math.Max(0, request.MinCreateRevision),
            MaxCreateRevision = selectsNothing ? 0 : Math.Max(0, request.MaxCreateRevision),
        };
    }

    /// <summary>The response to a read with <see cref="Options"/>.</summary>
    public static RangeResponse Response(RangeResult result)
    {
        RangeResponse response = new() { Count = result.Count ?? 0, More = result.More };
        response.Kvs.AddRange(result.Items.Select(KeyMapping.ToProto));
        return response;
    }

    private static bool Excludes(long min, long max) => max < 0 || (max > 0 && min > max);
}
