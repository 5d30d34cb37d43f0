namespace EmbeddedConsensus.Mvcc;

/// <summary>Sizes of a store, for metrics and quotas.</summary>
internal readonly record struct MvccStatistics
{
    /// <summary>Keys that exist at the current revision.</summary>
    public long Keys { get; init; }

    /// <summary>Versions held, tombstones included.</summary>
    public long Records { get; init; }

    /// <summary>Bytes allocated from the operating system.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>Bytes of pages, records and index chunks in use, including those that wait for readers.</summary>
    public long UsedBytes { get; init; }

    /// <summary>Tree pages in use, including those that wait for readers.</summary>
    public long UsedPages { get; init; }

    /// <summary>Slabs of pages and of records.</summary>
    public int Slabs { get; init; }

    /// <summary>Pages, records and index chunks that wait for readers of older roots.</summary>
    public long RetiredItems { get; init; }

    /// <summary>Views open now.</summary>
    public long PinnedReaders { get; init; }
}
