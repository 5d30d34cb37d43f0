namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>Where the replicas of a load keep their data.</summary>
internal enum StorageKind
{
    /// <summary>On disk, by FASTER.</summary>
    Faster,

    /// <summary>In memory: what consensus costs without a disk.</summary>
    Memory,
}
