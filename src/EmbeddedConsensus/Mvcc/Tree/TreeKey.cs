namespace EmbeddedConsensus.Mvcc;

/// <summary>A key in the tree's order: user key ascending, then main and sub-revision descending, so that the newest
/// version of a key comes first and "the version at revision r" is the first cell at or after (key, r, max).</summary>
internal readonly ref struct TreeKey(ReadOnlySpan<byte> key, long main, int sub)
{
    /// <summary>The user key.</summary>
    public readonly ReadOnlySpan<byte> Key = key;

    /// <summary>The main revision.</summary>
    public readonly long Main = main;

    /// <summary>The sub-revision.</summary>
    public readonly int Sub = sub;

    /// <summary>Sorts before every version of a key.</summary>
    public static TreeKey BeforeVersionsOf(ReadOnlySpan<byte> key) => new(key, long.MaxValue, int.MaxValue);

    /// <summary>Sorts with the newest version of a key at or below a revision.</summary>
    public static TreeKey AtRevision(ReadOnlySpan<byte> key, long revision) => new(key, revision, int.MaxValue);

    /// <summary>Sorts after every version of a key.</summary>
    public static TreeKey AfterVersionsOf(ReadOnlySpan<byte> key) => new(key, -1, 0);

    /// <summary>Compares revisions in the tree's order: newer first.</summary>
    public static int CompareRevisions(long mainA, int subA, long mainB, int subB)
        => mainA != mainB ? mainB.CompareTo(mainA) : subB.CompareTo(subA);
}
