namespace EmbeddedConsensus;

/// <summary>A transaction inside a transaction: all conditions are judged before any operation runs. Made by
/// <see cref="Op.Txn"/>.</summary>
public sealed record TxnOperation : Operation
{
    internal TxnOperation(Txn txn) => Txn = txn;

    /// <summary>The inner transaction.</summary>
    public Txn Txn { get; init; }
}
