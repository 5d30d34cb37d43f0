namespace EmbeddedConsensus;

/// <summary>The outcome of a range read.</summary>
public sealed record RangeResult
{
    /// <summary>A result without keys; set the properties that a test needs.</summary>
    public RangeResult()
    {
    }

    internal RangeResult(IReadOnlyList<KeyValue> items, long? count, bool more, long revision)
    {
        Items = items;
        Count = count;
        More = more;
        Revision = revision;
    }

    /// <summary>The keys, in the order asked for; empty when only the count was asked for.</summary>
    public IReadOnlyList<KeyValue> Items { get => field ?? []; init; }

    /// <summary>The number of keys in the whole range, whatever the limit and the bounds on revisions. Null when one of
    /// these may have left keys out and neither <see cref="RangeOptions.IncludeCount"/> nor
    /// <see cref="RangeOptions.CountOnly"/> asked for it.</summary>
    public long? Count { get; init; }

    /// <summary>Whether the limit left keys out.</summary>
    public bool More { get; init; }

    /// <summary>The store's revision when the read was served: every change up to it is in the result, unless an older
    /// revision was asked for.</summary>
    public long Revision { get; init; }
}
