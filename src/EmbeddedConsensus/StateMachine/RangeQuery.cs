namespace EmbeddedConsensus.StateMachine;

/// <summary>A range read in the form in which it is executed.</summary>
internal readonly ref struct RangeQuery
{
    /// <summary>The first key.</summary>
    public ReadOnlySpan<byte> Start { get; init; }

    /// <summary>The end, as <see cref="KeyRange.End"/> writes it.</summary>
    public ReadOnlySpan<byte> End { get; init; }

    /// <summary>The revision to read at; 0 for the newest.</summary>
    public long Revision { get; init; }

    /// <summary>The maximum number of keys to return; 0 for all.</summary>
    public long Limit { get; init; }

    /// <summary>By what to sort.</summary>
    public SortTarget SortTarget { get; init; }

    /// <summary>Whether to sort the largest first.</summary>
    public bool Descending { get; init; }

    /// <summary>Whether to leave the values out.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Whether to return the number of keys only.</summary>
    public bool CountOnly { get; init; }

    /// <summary>Whether to count the keys that the limit leaves out.</summary>
    public bool IncludeCount { get; init; }

    /// <summary>Which records to return, by their revisions.</summary>
    public RevisionFilter Filter { get; init; }

    /// <summary>Whether records of the range may be left out because of their revisions.</summary>
    public bool IsFiltered => !Filter.IsEmpty;

    /// <summary>The query of a caller's request.</summary>
    public static RangeQuery Of(in KeyRange range, RangeOptions options) => new()
    {
        Start = range.Start.Span,
        End = range.End.Span,
        Revision = options.Revision,
        Limit = options.Limit,
        SortTarget = options.SortTarget,
        Descending = options.SortOrder == SortOrder.Descending,
        KeysOnly = options.KeysOnly,
        CountOnly = options.CountOnly,
        IncludeCount = options.IncludeCount,
        Filter = FilterOf(options),
    };

    /// <summary>The filter of a caller's options.</summary>
    public static RevisionFilter FilterOf(RangeOptions options) => new(
        options.MinModRevision, options.MaxModRevision, options.MinCreateRevision, options.MaxCreateRevision);
}
