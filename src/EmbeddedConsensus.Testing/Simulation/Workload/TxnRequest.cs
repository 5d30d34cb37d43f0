namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Runs a transaction.</summary>
internal sealed record TxnRequest(Txn Txn) : WriteRequest
{
    /// <inheritdoc />
    public override Operation Operation => new TxnOperation(Txn);
}
