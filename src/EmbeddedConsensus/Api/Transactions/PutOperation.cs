namespace EmbeddedConsensus;

/// <summary>Puts a key. Made by <see cref="Op.Put"/>.</summary>
public sealed record PutOperation : Operation
{
    internal PutOperation(Key key, Value value, bool returnPrevious)
    {
        Key = key;
        Value = value;
        ReturnPrevious = returnPrevious;
    }

    /// <summary>The key.</summary>
    public Key Key { get; init; }

    /// <summary>Its new value.</summary>
    public Value Value { get; init; }

    /// <summary>Whether to return what the key held before.</summary>
    public bool ReturnPrevious { get; init; }
}
