namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>A load and the cluster it runs on.</summary>
internal sealed record LoadOptions
{
    /// <summary>The kind of calls.</summary>
    public required WorkloadKind Workload { get; init; }

    /// <summary>The number of replicas; the first one is in this process.</summary>
    public required int Replicas { get; init; }

    /// <summary>The number of concurrent calls.</summary>
    public required int Callers { get; init; }

    /// <summary>The number of watchers, in the watch workload.</summary>
    public required int Watchers { get; init; }

    /// <summary>The size of a value, in bytes.</summary>
    public required int ValueBytes { get; init; }

    /// <summary>The number of keys.</summary>
    public required int Keys { get; init; }

    /// <summary>How long to measure, in seconds.</summary>
    public required int Seconds { get; init; }

    /// <summary>How long to run before measuring, in seconds.</summary>
    public required int WarmupSeconds { get; init; }

    /// <summary>The storage of the replicas.</summary>
    public required StorageKind Storage { get; init; }

    /// <summary>How the leader confirms linearizable reads. Followers support a lease in either mode.</summary>
    public required LinearizableReadMode Reads { get; init; }
}
