namespace EmbeddedConsensus.Raft;

/// <summary>How far a snapshot is that is being received.</summary>
internal enum IncomingSnapshotStage : byte
{
    /// <summary>Pieces are being written; it can still be abandoned.</summary>
    Writing = 0,

    /// <summary>It is being published: from here on it is carried through.</summary>
    Publishing = 1,

    /// <summary>Durable; entries handed out before have to be applied before log and state are replaced.</summary>
    Published = 2,

    /// <summary>The state machine is being restored.</summary>
    Restoring = 3,
}
