namespace EmbeddedConsensus.Testing.Storage;

/// <summary>A step in the life of a snapshot that a test can make fail.</summary>
public enum SnapshotStep
{
    /// <summary>A snapshot is begun.</summary>
    Create,

    /// <summary>Bytes are written.</summary>
    Write,

    /// <summary>The snapshot is published.</summary>
    Publish,

    /// <summary>The newest snapshot is opened.</summary>
    Open,

    /// <summary>Bytes are read.</summary>
    Read,

    /// <summary>Older snapshots are deleted, or a single one.</summary>
    Delete,
}
