namespace EmbeddedConsensus.Mvcc;

/// <summary>The fixed-size fields of a record to be written to the <see cref="RecordHeap"/>.</summary>
internal readonly record struct RecordFields
{
    /// <summary>The revision that created the current generation of the key.</summary>
    public long CreateRevision { get; init; }

    /// <summary>The main revision of this version.</summary>
    public long ModRevision { get; init; }

    /// <summary>Puts since creation.</summary>
    public long Version { get; init; }

    /// <summary>The attached lease, or 0.</summary>
    public long Lease { get; init; }

    /// <summary>The position inside its transaction.</summary>
    public int SubRevision { get; init; }

    /// <summary>True for a deletion.</summary>
    public bool IsTombstone { get; init; }
}
