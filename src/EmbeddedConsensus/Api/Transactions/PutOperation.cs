namespace EmbeddedConsensus;

/// <summary>Puts a key. Made by <see cref="Op.Put"/>.</summary>
public sealed record PutOperation : Operation
{
    internal PutOperation(Key key, Value value, bool returnPrevious, long lease = 0)
    {
        Key = key;
        Value = value;
        ReturnPrevious = returnPrevious;
        Lease = lease;
    }

    /// <summary>The key.</summary>
    public Key Key { get; init; }

    /// <summary>Its new value.</summary>
    public Value Value { get; init; }

    /// <summary>Whether to return what the key held before.</summary>
    public bool ReturnPrevious { get; init; }

    /// <summary>The id of the lease to attach the key to; 0 for none.</summary>
    public long Lease { get; init; }
}
