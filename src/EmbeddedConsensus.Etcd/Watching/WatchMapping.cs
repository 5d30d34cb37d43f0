using EmbeddedConsensus.Etcd.Protos;
using Google.Protobuf;

namespace EmbeddedConsensus.Etcd.Watching;

/// <summary>What a request to watch asks for.</summary>
internal static class WatchMapping
{
    private static readonly ByteString Smallest = ByteString.CopyFrom(0);

    /// <summary>The keys to watch.</summary>
    /// <returns>False when the range holds no key.</returns>
    public static bool TryGetRange(WatchCreateRequest request, out KeyRange range)
    {
        ByteString start = request.Key.IsEmpty ? Smallest : request.Key;
        range = Mapping.KeyMapping.Range(start, request.RangeEnd);
        return range.IsSingle || range.IsUnbounded || range.Start < range.End;
    }

    /// <summary>How to watch them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="revision">The store's revision when the request came.</param>
    /// <param name="progressInterval">How often a quiet watch reports progress, if the client wants it to.</param>
    /// <param name="trigger">Asks the watch for progress.</param>
    public static WatchOptions Options(
        WatchCreateRequest request, long revision, TimeSpan progressInterval, WatchProgressTrigger trigger) => new()
    {
        StartRevision = request.StartRevision > 0 ? request.StartRevision : revision + 1,
        IncludePrevious = request.PrevKv,
        SkipPuts = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput),
        SkipDeletes = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete),
        ProgressInterval = request.ProgressNotify ? progressInterval : Timeout.InfiniteTimeSpan,
        ProgressTrigger = trigger,
    };
}
