namespace EmbeddedConsensus;

/// <summary>Reads keys, and sees what the operations before it in the transaction wrote. Made by
/// <see cref="Op.Get"/> and <see cref="Op.Range"/>.</summary>
public sealed record RangeOperation : Operation
{
    internal RangeOperation(KeyRange range, RangeOptions options)
    {
        Range = range;
        Options = options;
    }

    /// <summary>The keys.</summary>
    public KeyRange Range { get; init; }

    /// <summary>How to read them. <see cref="ReadOptions.Consistency"/> has no meaning inside a transaction.</summary>
    public RangeOptions Options { get; init; }
}
