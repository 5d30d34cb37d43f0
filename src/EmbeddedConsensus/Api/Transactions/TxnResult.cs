namespace EmbeddedConsensus;

/// <summary>What a transaction did.</summary>
/// <param name="Succeeded">Whether every condition held.</param>
/// <param name="Revision">The store's revision behind the transaction; one that changed nothing makes no new
/// one.</param>
/// <param name="Responses">What each operation of the list that ran did, in order.</param>
public sealed record TxnResult(bool Succeeded, long Revision, IReadOnlyList<OperationResult> Responses);
