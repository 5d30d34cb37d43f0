namespace EmbeddedConsensus.Raft;

/// <summary>The settings of a <see cref="RaftNode"/>. Times are in ticks: the driver says how long a tick is.</summary>
internal sealed class RaftOptions
{
    /// <summary>The node's id.</summary>
    public required MemberId Id { get; init; }

    /// <summary>The minimum time without a message from a leader after which a follower campaigns. The timeout in use
    /// is drawn anew from [this, 2 × this) for each campaign, so that candidates rarely meet. Ten heartbeats: a few
    /// lost ones must not start an election.</summary>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>The time between two heartbeats of a leader. It also paces what is sent again when messages get lost.
    /// </summary>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>Whether a node asks if it could win before it raises its term (dissertation, section 9.6). Without it a
    /// member that was cut off returns with a higher term and deposes a healthy leader.</summary>
    public bool PreVote { get; init; } = true;

    /// <summary>Whether a leader that does not hear from a quorum for an election timeout steps down, and whether
    /// followers of a live leader ignore candidates (dissertation, sections 6.2 and 4.2.3). Without it a leader that is
    /// cut off keeps callers waiting forever.</summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>Whether a leader answers reads without a round while a majority has promised to elect no other leader.
    /// Safe as long as the members' clocks keep to <see cref="MaxClockDrift"/>. Needs
    /// <see cref="CheckQuorum"/>.</summary>
    public bool UseReadLease { get; init; }

    /// <summary>How long a tick is. Needed for leases, which are timed by clocks; zero: this member neither uses nor
    /// supports a lease.</summary>
    public TimeSpan TickInterval { get; init; }

    /// <summary>How much slower than another's a member's monotonic clock may run, as a part of the time that the other
    /// counts: in [0, 1). A lease is shorter by this part.</summary>
    public double MaxClockDrift { get; init; } = 0.1;

    /// <summary>The minimum time for which a member that heard its leader does not vote: the ticks of an election
    /// timeout, of which the first may come at once.</summary>
    public TimeSpan Promise => (ElectionTicks - 1) * TickInterval;

    /// <summary>Where randomness comes from: the election timeouts, and the first id of forwarded reads. It must differ
    /// between members, or they keep campaigning together; and from one start of a member to the next, or an answer to
    /// a read of the previous incarnation could be taken for one's own.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The bytes of entries in one message (<see cref="LogEntry.Size"/>); one entry always fits. Large enough
    /// to amortise the cost of a message, small enough that heartbeats after it are not late.</summary>
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>The appends on their way to one peer. A small window: with a deep one, entries leave one by one and
    /// batches never form (design decision D3).</summary>
    public int MaxInflightMessages { get; init; } = 4;

    /// <summary>The bytes of entries on their way to one peer. It bounds what a slow peer's socket holds.</summary>
    public long MaxInflightBytes { get; init; } = 4 << 20;

    /// <summary>The bytes of proposals that a leader has accepted and not yet applied. Beyond it proposals are refused:
    /// without a quorum the log would grow without bound.</summary>
    public long MaxUncommittedBytes { get; init; } = 64 << 20;

    /// <summary>The bytes of entries in one apply effect; one entry always fits. It bounds how long a batch holds up
    /// what waits after it.</summary>
    public long MaxApplyBytes { get; init; } = 4 << 20;

    /// <summary>The bytes of recent entries kept in memory. Followers that lag less than this are served without a
    /// read from disk. Entries that are not durable stay beyond it.</summary>
    public long LogCacheBytes { get; init; } = 32 << 20;

    /// <summary>The bytes in one piece of a snapshot, at most 1 MiB (what a snapshot writer takes at a time).</summary>
    public int SnapshotChunkBytes { get; init; } = 256 << 10;

    /// <summary>The reads that wait for a read index. Beyond it they fail at once.</summary>
    public int MaxPendingReads { get; init; } = 1 << 16;

    /// <summary>The newest format of commands and messages that this node reads. The leader writes it into the
    /// configuration, where the lowest among the members is the one to write in (design decision D14).</summary>
    public uint FormatVersion { get; init; } = 1;

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message says which and why.</exception>
    public void Validate()
    {
        if (Id.IsNone)
        {
            throw new ArgumentException("RaftOptions.Id must name a member; zero stands for none.");
        }

        Positive(HeartbeatTicks, nameof(HeartbeatTicks));
        Positive(MaxMessageBytes, nameof(MaxMessageBytes));
        Positive(MaxInflightMessages, nameof(MaxInflightMessages));
        Positive(MaxInflightBytes, nameof(MaxInflightBytes));
        Positive(MaxUncommittedBytes, nameof(MaxUncommittedBytes));
        Positive(MaxApplyBytes, nameof(MaxApplyBytes));
        Positive(LogCacheBytes, nameof(LogCacheBytes));
        Positive(MaxPendingReads, nameof(MaxPendingReads));
        Positive(FormatVersion, nameof(FormatVersion));
        if (ElectionTicks <= HeartbeatTicks || ElectionTicks > MaxElectionTicks)
        {
            throw new ArgumentException(
                $"RaftOptions.ElectionTicks is {ElectionTicks}; it must exceed HeartbeatTicks ({HeartbeatTicks}), or "
                + $"followers campaign between two heartbeats, and be at most {MaxElectionTicks}.");
        }

        ValidateLease();
        if (SnapshotChunkBytes is < 1 or > MaxSnapshotChunkBytes)
        {
            throw new ArgumentException(
                $"RaftOptions.SnapshotChunkBytes is {SnapshotChunkBytes}; it must be in [1, {MaxSnapshotChunkBytes}].");
        }
    }

    private void ValidateLease()
    {
        if (MaxClockDrift is not (>= 0 and < 1))
        {
            throw new ArgumentException($"RaftOptions.MaxClockDrift is {MaxClockDrift}; it must be in [0, 1).");
        }

        if (TickInterval < TimeSpan.Zero || (UseReadLease && TickInterval == TimeSpan.Zero))
        {
            throw new ArgumentException(
                $"RaftOptions.TickInterval is {TickInterval}; it must be positive when ReadLease is set, or the "
                + "length of a lease is unknown.");
        }

        if (UseReadLease && !CheckQuorum)
        {
            throw new ArgumentException(
                "RaftOptions.UseReadLease needs CheckQuorum: without it followers of a live leader vote for others.");
        }
    }

    /// <summary>The largest piece of a snapshot that is sent or accepted.</summary>
    internal const int MaxSnapshotChunkBytes = 1 << 20;

    private const int MaxElectionTicks = 1 << 20;

    private static void Positive(long value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentException($"RaftOptions.{name} is {value}; it must be at least 1.");
        }
    }
}
