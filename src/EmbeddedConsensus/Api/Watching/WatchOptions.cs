using System.Text.Json.Serialization;

namespace EmbeddedConsensus;

/// <summary>How to watch keys.</summary>
public sealed record WatchOptions
{
    /// <summary>The first revision whose events to deliver; it may be in the future. 0, the default, is everything
    /// after what this replica has applied when the watch starts.</summary>
    public long StartRevision { get; init; }

    /// <summary>Deliver with each event what the key held before.</summary>
    public bool IncludePrevious { get; init; }

    /// <summary>Leave out puts.</summary>
    public bool SkipPuts { get; init; }

    /// <summary>Leave out deletes.</summary>
    public bool SkipDeletes { get; init; }

    /// <summary>How often <see cref="IKeyValueStore.WatchBatchesAsync"/> reports progress while the keys do not change
    /// and other keys do: at least 10 ms; <see cref="Timeout.InfiniteTimeSpan"/> for never. Default: 10 s.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Asks <see cref="IKeyValueStore.WatchBatchesAsync"/> for progress on request. Default: none.</summary>
    [JsonIgnore]
    public WatchProgressTrigger? ProgressTrigger { get; init; }
}
