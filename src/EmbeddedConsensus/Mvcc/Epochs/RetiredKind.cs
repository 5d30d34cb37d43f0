namespace EmbeddedConsensus.Mvcc;

/// <summary>The kinds of retired items.</summary>
internal enum RetiredKind
{
    /// <summary>A tree page, by id.</summary>
    Page = 1,

    /// <summary>A version that is still linked in its key's chain.</summary>
    Record,

    /// <summary>The old copy of a version that was moved; no link leads to it.</summary>
    MovedRecord,

    /// <summary>A key.</summary>
    Key,

    /// <summary>A key that separated two pages.</summary>
    Separator,

    /// <summary>A chunk of the revision index.</summary>
    IndexChunk,
}
