namespace EmbeddedConsensus;

/// <summary>How to read a range of keys.</summary>
public sealed record RangeOptions : ReadOptions
{
    /// <summary>The maximum number of keys to return; 0, the default, is unlimited.</summary>
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
