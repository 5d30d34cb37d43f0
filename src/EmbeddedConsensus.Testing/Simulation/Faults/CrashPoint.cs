namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>
/// The places between two effects at which a process can end (scenario 35). Each is passed by the code that carries out
/// the effects; a schedule can let any occurrence of any of them be the last thing that a life does.
/// </summary>
internal enum CrashPoint : byte
{
    /// <summary>The storage is recovered, and nothing was done with it yet.</summary>
    Recovered,

    /// <summary>The inputs of a turn have been taken in; none of its effects is carried out.</summary>
    TurnTaken,

    /// <summary>A message of a turn left; others have not.</summary>
    MessageSent,

    /// <summary>A granted vote left.</summary>
    VoteSent,

    /// <summary>The replica was elected, and no other knows it yet.</summary>
    Elected,

    /// <summary>The append of a turn was handed to the log writer.</summary>
    AppendIssued,

    /// <summary>A drop of a prefix of the log was handed to the log writer.</summary>
    DropIssued,

    /// <summary>All effects of a turn are handed over.</summary>
    TurnEnded,

    /// <summary>A flush began.</summary>
    FlushBegun,

    /// <summary>A flush is durable, and not yet reported.</summary>
    FlushDurable,

    /// <summary>A dropped prefix of the log is gone from the disk.</summary>
    DropDurable,

    /// <summary>Consensus was told that an append is durable; what waited for it has not left.</summary>
    AppendReported,

    /// <summary>A page of committed entries begins to be applied.</summary>
    ApplyBegun,

    /// <summary>An entry is applied and not published.</summary>
    EntryApplied,

    /// <summary>A compaction of the history is applied.</summary>
    CompactionApplied,

    /// <summary>Applied entries are published; consensus does not know.</summary>
    Published,

    /// <summary>The state is pinned for a snapshot.</summary>
    SnapshotPinned,

    /// <summary>A chunk of a snapshot is written.</summary>
    SnapshotChunkWritten,

    /// <summary>A snapshot is written and not published.</summary>
    SnapshotWritten,

    /// <summary>A snapshot is published beside the one before.</summary>
    SnapshotPublished,

    /// <summary>The snapshot before the newest is deleted.</summary>
    SnapshotDeleted,

    /// <summary>Consensus knows of a snapshot; the log below it is not dropped.</summary>
    SnapshotReported,

    /// <summary>A writer for the leader's snapshot is open.</summary>
    ReceiveBegun,

    /// <summary>A chunk of the leader's snapshot is written.</summary>
    ReceiveChunkWritten,

    /// <summary>The leader's snapshot is published; the log is the old one.</summary>
    ReceivePublished,

    /// <summary>Snapshots below the leader's are deleted.</summary>
    ReceiveDeleted,

    /// <summary>The state machine is restored from the leader's snapshot; consensus does not know.</summary>
    ReceiveRestored,

    /// <summary>Consensus knows that the state machine is restored.</summary>
    ReceiveReported,

    /// <summary>An append with a configuration was handed to the log writer.</summary>
    ConfigurationIssued,

    /// <summary>A joint configuration is committed, and not left (scenario 27).</summary>
    JointCommitted,

    /// <summary>A configuration entry is applied.</summary>
    ConfigurationApplied,
}
