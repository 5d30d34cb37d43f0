namespace EmbeddedConsensus;

/// <summary>How to read a range of keys.</summary>
public sealed record RangeOptions : ReadOptions
{
    /// <summary>How many keys to give at the most; 0, the default, is all of them.</summary>
    public long Limit { get; init; }

    /// <summary>By what to sort. Default: by key.</summary>
    public SortTarget SortTarget { get; init; }

    /// <summary>In which direction to sort. Default: ascending.</summary>
    public SortOrder SortOrder { get; init; }

    /// <summary>Leave the values out.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Give the number of keys and nothing else.</summary>
    public bool CountOnly { get; init; }
}
