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

    /// <summary>Return the number of keys and nothing else.</summary>
    public bool CountOnly { get; init; }

    /// <summary>Count the keys of the whole range when <see cref="Limit"/> leaves keys out. Default: false. Counting at
    /// the newest revision takes O(log n); at an older one, every key of the range is looked at.</summary>
    public bool IncludeCount { get; init; }

    /// <summary>Return only keys whose last change has at least this revision; 0, the default, is no bound.</summary>
    public long MinModRevision { get; init; }

    /// <summary>Return only keys whose last change has at most this revision; 0, the default, is no bound.</summary>
    public long MaxModRevision { get; init; }

    /// <summary>Return only keys that were created at this revision or later; 0, the default, is no bound.</summary>
    public long MinCreateRevision { get; init; }

    /// <summary>Return only keys that were created at this revision or before; 0, the default, is no bound.</summary>
    public long MaxCreateRevision { get; init; }
}
