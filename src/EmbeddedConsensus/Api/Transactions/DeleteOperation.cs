namespace EmbeddedConsensus;

/// <summary>Deletes keys. Made by <see cref="Op.Delete"/>.</summary>
public sealed record DeleteOperation : Operation
{
    internal DeleteOperation(KeyRange range, bool returnPrevious)
    {
        Range = range;
        ReturnPrevious = returnPrevious;
    }

    /// <summary>The keys.</summary>
    public KeyRange Range { get; init; }

    /// <summary>Whether to return what the keys held.</summary>
    public bool ReturnPrevious { get; init; }
}
