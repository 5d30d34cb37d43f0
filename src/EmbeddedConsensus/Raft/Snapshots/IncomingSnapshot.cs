namespace EmbeddedConsensus.Raft;

/// <summary>A snapshot that is being received. Its steps wait for each other; one of them is under way at
/// most.</summary>
internal sealed class IncomingSnapshot(SnapshotMetadata metadata, long totalLength, MemberId sender, ulong term)
{
    /// <summary>Which snapshot.</summary>
    public SnapshotMetadata Metadata { get; } = metadata;

    /// <summary>Its length, in bytes.</summary>
    public long TotalLength { get; } = totalLength;

    /// <summary>The sender: two members' snapshots of the same position need not have the same bytes.</summary>
    public MemberId Sender { get; } = sender;

    /// <summary>The term in which it began.</summary>
    public ulong Term { get; } = term;

    /// <summary>How far the snapshot is.</summary>
    public IncomingSnapshotStage Stage { get; set; }

    /// <summary>The bytes accepted.</summary>
    public long Received { get; set; }

    /// <summary>The bytes that the writer has taken.</summary>
    public long Written { get; set; }

    /// <summary>The step under way; zero when there is none.</summary>
    public ulong PendingStep { get; set; }

    /// <summary>A piece that waits for the write before it.</summary>
    public SnapshotChunk? Waiting { get; set; }
}
