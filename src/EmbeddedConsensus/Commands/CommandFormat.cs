namespace EmbeddedConsensus.Commands;

/// <summary>The versions of the command format. A cluster writes the newest one that all its members read (design
/// decision D14).</summary>
internal static class CommandFormat
{
    /// <summary>Header and body.</summary>
    public const byte Plain = 1;

    /// <summary>Header, body, and a CRC-32C of both behind them, made by the replica that took the call and checked by
    /// each one that applies it: what memory, disks and networks do to a command in between is noticed.</summary>
    public const byte Checksummed = 2;

    /// <summary>The newest version that this code writes and reads.</summary>
    public const byte Newest = ConsensusStoreOptions.NewestFormatVersion;
}
