using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>The limits of <see cref="ReplicaCore"/>, in ticks, bytes and counts.</summary>
internal sealed record ReplicaCoreOptions
{
    /// <summary>The number of writes that may be pending. More wait, if <see cref="MaxWaitingCalls"/> allows it, or
    /// fail with <see cref="TooManyRequestsException"/>.</summary>
    public int MaxPendingWrites { get; init; } = 16_384;

    /// <summary>The bytes of writes that may be pending, and of those that may wait.</summary>
    public long MaxPendingWriteBytes { get; init; } = 160L << 20;

    /// <summary>The bytes of writes that may be proposed and not yet applied. A larger write goes alone. It is half of
    /// what a leader accepts from all members, so that its own callers leave room for those of the others.</summary>
    public long MaxInFlightBytes { get; init; } = 32L << 20;

    /// <summary>The bytes of writes that may be on the way to a leader that is another member. A larger write goes
    /// alone. A few messages: more would only wait in the queue of the transport, and what that drops is noticed
    /// late.</summary>
    public long MaxForwardedBytes { get; init; } = 4L << 20;

    /// <summary>The number of messages with writes that may be on the way to a leader that is another member. Writes
    /// that come meanwhile form the next message.</summary>
    public int MaxForwardedBatches { get; init; } = 8;

    /// <summary>The number of linearizable reads that may be pending.</summary>
    public int MaxPendingReads { get; init; } = 65_536;

    /// <summary>The number of writes, and of linearizable reads, that may wait until fewer are pending. With 0 no call
    /// waits.</summary>
    public int MaxWaitingCalls { get; init; }

    /// <summary>The number of membership changes that may be pending.</summary>
    public int MaxPendingChanges { get; init; } = 64;

    /// <summary>The bytes of writes that are proposed as one batch; counted as entries of the log, so that with at most
    /// <see cref="RaftOptions.MaxMessageBytes"/> a batch is one message.</summary>
    public int MaxProposeBytes { get; init; } = 1 << 20;

    /// <summary>The time after which a call fails, in ticks; 0 for none.</summary>
    public ulong RequestTimeoutTicks { get; init; }

    /// <summary>The time without progress after which the proposals sent to a leader are sent again, in ticks. A
    /// repeated proposal is executed once; the wait only spares the network.</summary>
    public ulong RetryTicks { get; init; } = 10;

    /// <summary>The wait before proposals that the leader refused, or the transport dropped, are sent again, in ticks:
    /// a heartbeat.</summary>
    public ulong PauseTicks { get; init; } = 1;

    /// <summary>The minimum log growth before a new snapshot is taken, in bytes. It takes at least the length of the
    /// last snapshot, so that writing snapshots never costs more than writing the log.</summary>
    public long SnapshotThresholdBytes { get; init; } = 64L << 20;

    /// <summary>The wait before a snapshot that found no room on the disk is tried again, in ticks. It doubles with
    /// each failure, up to 64 times this.</summary>
    public ulong SnapshotRetryTicks { get; init; } = 50;

    /// <summary>How many bytes of entries, at least, stay in the log below a snapshot, for followers that were away for
    /// a moment.</summary>
    public long RetainedLogBytes { get; init; } = 32L << 20;

    /// <summary>The newest format of commands that this member writes; the members may agree on an older one.</summary>
    public byte CommandFormat { get; init; } = Commands.CommandFormat.Newest;

    /// <summary>The newest format of commands that this member reads.</summary>
    public byte NewestFormat { get; init; } = Commands.CommandFormat.Newest;
}
