namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>Which piece of its batch a record is. A batch counts once its last piece is there. The values are on
/// disk.</summary>
[Flags]
internal enum RecordFlags : byte
{
    /// <summary>A piece from the middle.</summary>
    None = 0,

    /// <summary>The batch begins here.</summary>
    First = 1,

    /// <summary>The batch ends here.</summary>
    Last = 2,
}
