namespace EmbeddedConsensus.Replica.Core;

/// <summary>What the driver of a <see cref="SnapshotInstallation"/> has to do next.</summary>
internal enum SnapshotAction : byte
{
    /// <summary>Nothing: the step is done.</summary>
    None = 0,

    /// <summary>Create a writer for the snapshot.</summary>
    OpenWriter,

    /// <summary>Write the step's bytes.</summary>
    WriteChunk,

    /// <summary>Report the chunk to consensus as written.</summary>
    ReportWritten,

    /// <summary>Make the snapshot durable and visible.</summary>
    Publish,

    /// <summary>Close the writer; what it has not published is deleted.</summary>
    CloseWriter,

    /// <summary>Load the published snapshot into a new state machine, and keep that.</summary>
    Load,

    /// <summary>Delete the snapshots below this one.</summary>
    DeleteOlder,

    /// <summary>Report the snapshot to consensus as published.</summary>
    ReportPublished,

    /// <summary>Dispose of the state machine that was loaded.</summary>
    DiscardLoaded,

    /// <summary>Replace the replica's state by the state machine that was loaded.</summary>
    Restore,

    /// <summary>Delete the published snapshot, which cannot be loaded.</summary>
    DeleteUnreadable,

    /// <summary>Report the first failure: the replica is faulted.</summary>
    ReportFailure,
}
