namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>What load to put on what cluster.</summary>
internal sealed record LoadOptions
{
    /// <summary>What the callers do.</summary>
    public required WorkloadKind Workload { get; init; }

    /// <summary>How many replicas there are; the first one is in this process.</summary>
    public required int Replicas { get; init; }

    /// <summary>How many calls are under way at a time.</summary>
    public required int Callers { get; init; }

    /// <summary>How many watchers there are, in the watch workload.</summary>
    public required int Watchers { get; init; }

    /// <summary>The size of a value, in bytes.</summary>
    public required int ValueBytes { get; init; }

    /// <summary>How many keys there are.</summary>
    public required int Keys { get; init; }

    /// <summary>How long to measure, in seconds.</summary>
    public required int Seconds { get; init; }

    /// <summary>How long to run before measuring, in seconds.</summary>
    public required int WarmupSeconds { get; init; }

    /// <summary>Where the replicas keep their data.</summary>
    public required StorageKind Storage { get; init; }

    /// <summary>How the leader confirms linearizable reads. The followers support a lease whatever theirs is.</summary>
    public required LinearizableReadMode Reads { get; init; }
}
