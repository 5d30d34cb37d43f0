namespace EmbeddedConsensus;

/// <summary>What one operation of a transaction did. Exactly one of the properties is set, by the operation's
/// kind.</summary>
public sealed record OperationResult
{
    /// <summary>What a put did.</summary>
    public PutResult? Put { get; init; }

    /// <summary>What a read found.</summary>
    public RangeResult? Range { get; init; }

    /// <summary>What a delete did.</summary>
    public DeleteResult? Delete { get; init; }

    /// <summary>What an inner transaction did.</summary>
    public TxnResult? Txn { get; init; }
}
