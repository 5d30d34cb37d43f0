namespace EmbeddedConsensus;

/// <summary>A transaction inside a transaction. All conditions are judged before any operation runs.</summary>
/// <param name="Txn">The inner transaction.</param>
public sealed record TxnOperation(Txn Txn) : Operation;
