namespace EmbeddedConsensus.Raft;

/// <summary>What the driver has to do after it handed inputs to a <see cref="RaftNode"/>. The kinds are independent of
/// each other and may run side by side, except where their documentation says otherwise.</summary>
/// <remarks>The lists are reused: take what outlives the drain out of them before <see cref="Clear"/>.</remarks>
internal sealed class RaftEffects
{
    /// <summary>Send now, beside the disk. Any of them may get lost.</summary>
    public List<RaftMessage> Messages { get; } = [];

    /// <summary>Make durable; at most one a drain.</summary>
    public AppendEffect? Append { get; internal set; }

    /// <summary>Forget a prefix of the log, after <see cref="Append"/>.</summary>
    public LogDropEffect? LogDrop { get; internal set; }

    /// <summary>Apply, in order.</summary>
    public List<ApplyEffect> Applies { get; } = [];

    /// <summary>Read entries for lagging peers.</summary>
    public List<LogReadEffect> LogReads { get; } = [];

    /// <summary>Reads that ended.</summary>
    public List<ReadIndexResult> ReadResults { get; } = [];

    /// <summary>Read pieces of snapshots for lagging peers.</summary>
    public List<SnapshotReadEffect> SnapshotReads { get; } = [];

    /// <summary>Steps of receiving a snapshot, in order.</summary>
    public List<SnapshotReceiveEffect> SnapshotReceives { get; } = [];

    /// <summary>A leader's snapshot that was ignored, or null. The driver reports it.</summary>
    public UnreadableSnapshot? UnreadableSnapshot { get; internal set; }

    /// <summary>The batches of forwarded proposals that the leader refused. The driver proposes them again after a
    /// pause, without what no member can execute.</summary>
    public List<RefusedBatch> RefusedProposals { get; } = [];

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty =>
        Messages.Count == 0 && Append is null && LogDrop is null && Applies.Count == 0 && LogReads.Count == 0
        && ReadResults.Count == 0 && SnapshotReads.Count == 0 && SnapshotReceives.Count == 0
        && UnreadableSnapshot is null && RefusedProposals.Count == 0;

    /// <summary>Forgets the effects: the driver took them over.</summary>
    public void Clear()
    {
        Messages.Clear();
        Append = null;
        LogDrop = null;
        Applies.Clear();
        LogReads.Clear();
        ReadResults.Clear();
        SnapshotReads.Clear();
        SnapshotReceives.Clear();
        UnreadableSnapshot = null;
        RefusedProposals.Clear();
    }
}
