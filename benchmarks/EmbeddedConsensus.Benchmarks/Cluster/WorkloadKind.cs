namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>The calls of a load.</summary>
internal enum WorkloadKind
{
    /// <summary>Put a random key.</summary>
    Put,

    /// <summary>Read a random key, linearizably.</summary>
    Get,

    /// <summary>Read a random key from the replica's own state.</summary>
    Sget,

    /// <summary>Put a random key if it exists, else put it and read it: one transaction.</summary>
    Txn,

    /// <summary>Four linearizable reads to one put.</summary>
    Mixed,

    /// <summary>One writer, and many watchers of its key.</summary>
    Watch,
}
