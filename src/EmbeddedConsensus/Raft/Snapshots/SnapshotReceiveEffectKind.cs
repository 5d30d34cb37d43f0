namespace EmbeddedConsensus.Raft;

/// <summary>The steps of receiving a snapshot.</summary>
internal enum SnapshotReceiveEffectKind : byte
{
    /// <summary>Open a writer for a new snapshot. No completion: what follows waits for it.</summary>
    Begin = 0,

    /// <summary>Write the bytes, then call <see cref="RaftNode.SnapshotChunkWritten"/>.</summary>
    Write = 1,

    /// <summary>Make the snapshot durable and visible, then call <see cref="RaftNode.SnapshotPublished"/>.</summary>
    Publish = 2,

    /// <summary>Throw the unpublished snapshot away; or, when it is published and not needed, what was prepared for
    /// restoring it. No completion.</summary>
    Abort = 3,

    /// <summary>Restore the state machine from the published snapshot, then call
    /// <see cref="RaftNode.SnapshotRestored"/>. Every apply effect before it has been reported as applied.</summary>
    Restore = 4,
}
