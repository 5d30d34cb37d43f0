namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>The storage of a load's replicas.</summary>
internal enum StorageKind
{
    /// <summary>On disk, with FASTER.</summary>
    Faster,

    /// <summary>In memory: the cost of consensus without a disk.</summary>
    Memory,
}
