using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Runs a transaction.</summary>
internal sealed record TxnRequest(Txn Txn) : WriteRequest
{
    /// <inheritdoc />
    public override Memory<byte> Encode() => Encode(output => CommandEncoder.WriteTxn(output, Txn));
}
