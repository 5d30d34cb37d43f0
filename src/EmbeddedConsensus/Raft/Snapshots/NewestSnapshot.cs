namespace EmbeddedConsensus.Raft;

/// <summary>The newest snapshot that is published on this node's disk.</summary>
/// <param name="found">The one found at start, of unknown length; null when there is none.</param>
internal sealed class NewestSnapshot(SnapshotMetadata? found)
{
    private long _length;

    /// <summary>The snapshot, or null when there is none.</summary>
    public SnapshotMetadata? Metadata { get; private set; } = found;

    /// <summary>The last index that it contains; zero when there is none.</summary>
    public ulong Index => Metadata?.Position.Index ?? 0;

    /// <summary>Records a snapshot; an older one changes nothing.</summary>
    /// <param name="metadata">The snapshot.</param>
    /// <param name="length">Its length, in bytes.</param>
    public void Keep(SnapshotMetadata metadata, long length)
    {
        if (Metadata is null || metadata.Position.Index > Metadata.Position.Index)
        {
            Metadata = metadata;
            _length = length;
        }
    }

    /// <summary>A transfer of it to a peer.</summary>
    /// <param name="logStart">Where the log begins: the snapshot has to reach it.</param>
    /// <exception cref="InvariantViolationException">It does not: entries are missing.</exception>
    public SnapshotTransfer Transfer(ulong logStart)
    {
        if (Metadata is null || Metadata.Position.Index < logStart)
        {
            throw new InvariantViolationException(
                $"The log starts after {logStart} and the newest snapshot ends at {Index}.");
        }

        return new SnapshotTransfer(SnapshotMetadataCodec.Encode(Metadata), _length);
    }
}
