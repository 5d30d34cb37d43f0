namespace EmbeddedConsensus;

/// <summary>In which direction a range is sorted.</summary>
public enum SortOrder
{
    /// <summary>Smallest first.</summary>
    Ascending = 0,

    /// <summary>Largest first.</summary>
    Descending = 1,
}
