namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>What a record of the log holds. The values are on disk: never renumber them.</summary>
internal enum RecordKind : byte
{
    /// <summary>A batch of appended entries and hard states, or a piece of one.</summary>
    Batch = 1,

    /// <summary>Where the log begins, with all that is needed to forget the records before.</summary>
    Checkpoint = 2,
}
