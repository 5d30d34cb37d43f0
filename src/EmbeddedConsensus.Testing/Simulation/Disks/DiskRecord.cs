namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>One record of a simulated log: what was written in one piece, under one checksum.</summary>
/// <param name="flush">The flush that made it durable.</param>
/// <param name="lastIndex">The last index of its entries; 0 when it holds none.</param>
internal sealed class DiskRecord(ulong flush, ulong lastIndex)
{
    /// <summary>The flush that made it durable.</summary>
    public ulong Flush => flush;

    /// <summary>The last index of its entries; 0 when it holds none.</summary>
    public ulong LastIndex => lastIndex;

    /// <summary>Whether its checksum no longer fits.</summary>
    public bool IsDamaged { get; set; }
}
