namespace EmbeddedConsensus;

/// <summary>How the etcd v3 protocol is served. The defaults are etcd's.</summary>
public sealed class EtcdOptions
{
    /// <summary>The key of the store that is served; null, the default, for the store without a key.</summary>
    public string? ServiceKey { get; set; }

    /// <summary>How many operations, and how many conditions, a list of a transaction may hold, those of inner
    /// transactions included. Default: 128. At most <see cref="ConsensusStoreOptions.MaxTxnOperations"/> takes
    /// effect.</summary>
    public int MaxTxnOperations { get; set; } = 128;

    /// <summary>How many bytes a request that writes may have. Default: 1.5 MiB. At most
    /// <see cref="ConsensusStoreOptions.MaxRequestBytes"/> takes effect.</summary>
    public int MaxRequestBytes { get; set; } = 1_572_864;

    /// <summary>How often a watch that asked for progress is told how far it has come while its keys are quiet: at
    /// least 100 ms. Default: 10 minutes.</summary>
    public TimeSpan WatchProgressInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many watches one stream may hold. Default: 100,000.</summary>
    public int MaxWatchesPerStream { get; set; } = 100_000;
}
