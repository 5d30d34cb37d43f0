using System.Text.Json.Serialization;

namespace EmbeddedConsensus;

/// <summary>What a replica knows of itself and its cluster.</summary>
public sealed record StoreStatus
{
    /// <summary>This member.</summary>
    public required MemberId Member { get; init; }

    /// <summary>Where the replica is in its life.</summary>
    public required StoreState State { get; init; }

    /// <summary>What it is in its cluster. One that does not run neither leads nor campaigns.</summary>
    public required ReplicaRole Role { get; init; }

    /// <summary>The current leader, or none when no leader is known, as at a replica that does not run.</summary>
    public required MemberId Leader { get; init; }

    /// <summary>The Raft term.</summary>
    public required ulong Term { get; init; }

    /// <summary>The index of the last entry in the log.</summary>
    public required ulong LastIndex { get; init; }

    /// <summary>The highest index known to be committed.</summary>
    public required ulong CommitIndex { get; init; }

    /// <summary>The index of the last entry applied.</summary>
    public required ulong AppliedIndex { get; init; }

    /// <summary>The index of the newest snapshot; 0 when there is none.</summary>
    public required ulong SnapshotIndex { get; init; }

    /// <summary>Why the replica cannot write its next snapshot for now, such as a full disk: it serves, its log grows,
    /// and it tries again. Null when that is not so.</summary>
    public string? SnapshotFault { get; init; }

    /// <summary>The store's revision.</summary>
    public required long Revision { get; init; }

    /// <summary>The revision below which history is forgotten; 0 when nothing was compacted.</summary>
    public required long CompactRevision { get; init; }

    /// <summary>The members that vote, by id.</summary>
    public required IReadOnlyList<MemberId> Voters { get; init; }

    /// <summary>The membership as this replica knows it: the latest that is committed.</summary>
    public ClusterMembership? Membership { get; init; }

    /// <summary>The index of the log entry that holds the membership in use, which may not be committed yet; 0 when no
    /// entry does.</summary>
    public ulong ConfigurationIndex { get; init; }

    /// <summary>Whether this replica runs, leads and holds a lease, so that linearizable reads need no round. Always
    /// false with <see cref="LinearizableReadMode.QuorumRound"/>, and in a cluster of one, where a round involves no
    /// other member.</summary>
    public bool HoldsReadLease { get; init; }

    /// <summary>Whether this replica runs and cannot prove that it found the whole end of its log: it has no vote until
    /// a leader has shown it what was committed.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>How long work has waited at this replica without progress: a write of the log that its disk does not
    /// complete, or writes of its callers, none of which was executed. Zero when nothing waits, and when the replica
    /// does not run.</summary>
    public TimeSpan StalledFor { get; init; }

    /// <summary>The format that the cluster writes: the newest that all its members read, 1 while that is not known of
    /// all.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Why the replica is faulted, removed or refused; null unless <see cref="State"/> says that it
    /// is.</summary>
    [JsonIgnore]
    public Exception? Fault { get; init; }

    /// <summary>The message of <see cref="Fault"/>, which JSON keeps; null when there is none.</summary>
    public string? FaultMessage { get => field ?? Fault?.Message; init; }

    /// <summary>Whether this replica leads.</summary>
    public bool IsLeader => Role == ReplicaRole.Leader;
}
