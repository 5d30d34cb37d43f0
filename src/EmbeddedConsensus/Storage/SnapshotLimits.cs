namespace EmbeddedConsensus.Storage;

/// <summary>Bounds that every <see cref="ISnapshotStorage"/> keeps.</summary>
public static class SnapshotLimits
{
    /// <summary>The most bytes that one <see cref="ISnapshotWriter.WriteAsync"/> takes: 1 MiB.</summary>
    public const int MaxWriteBytes = 1024 * 1024;
}
