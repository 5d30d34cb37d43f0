namespace EmbeddedConsensus.Raft;

/// <summary>A snapshot on its way to a peer. The leader asks how far the peer is, then sends from there on with a small
/// window, and asks again when answers stay out.</summary>
internal sealed class SnapshotTransfer(SnapshotDescriptor snapshot, long totalLength)
{
    /// <summary>Which snapshot.</summary>
    public SnapshotDescriptor Snapshot { get; } = snapshot;

    /// <summary>Whether the peer's offset is being asked for.</summary>
    public bool IsAsking { get; set; } = true;

    /// <summary>The length of the snapshot; zero until a read reports it, for one that was found at start.</summary>
    public long TotalLength { get; set; } = totalLength;

    /// <summary>The bytes that the peer has written.</summary>
    public long Acknowledged { get; set; }

    /// <summary>The next byte to send.</summary>
    public long Next { get; set; }

    /// <summary>The read that is under way; zero when there is none.</summary>
    public ulong PendingRead { get; set; }

    /// <summary>The ticks since the peer last answered.</summary>
    public int SilentTicks { get; set; }

    /// <summary>Continues from the peer's offset.</summary>
    /// <param name="offset">The bytes that the peer has.</param>
    public void ContinueAt(long offset)
    {
        IsAsking = false;
        Acknowledged = offset;
        Next = offset;
        PendingRead = 0;
    }
}
