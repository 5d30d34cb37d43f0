namespace EmbeddedConsensus.Mvcc;

/// <summary>A change in a snapshot, to be added to the revision index in order.</summary>
internal readonly record struct LoadedChange(long Main, int Sub, RecordHandle Record) : IComparable<LoadedChange>
{
    /// <summary>Orders by main and sub-revision.</summary>
    public int CompareTo(LoadedChange other)
        => Main != other.Main ? Main.CompareTo(other.Main) : Sub.CompareTo(other.Sub);
}
