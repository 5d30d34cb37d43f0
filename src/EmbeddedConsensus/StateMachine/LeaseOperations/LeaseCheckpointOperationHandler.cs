using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Notes how much of the time of leases is left. Encoded: their marks.</summary>
internal sealed class LeaseCheckpointOperationHandler()
    : OperationHandler<LeaseCheckpointOperation>(OperationKind.LeaseCheckpoint)
{
    /// <inheritdoc />
    public override bool IsTransactional => false;

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        while (!reader.AtEnd)
        {
            context.Leases.Checkpoint(LeaseIds.ReadMark(ref reader));
        }

        return default;
    }

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader) => LeaseIds.FaultOfMarks(ref reader);

    /// <inheritdoc />
    protected override void Check(LeaseCheckpointOperation operation, RequestValidator limits, TxnScope? scope)
    {
        // Made by the leader from its own table.
    }

    /// <inheritdoc />
    protected override long LengthOf(LeaseCheckpointOperation operation) => LeaseIds.LengthOf(operation.Marks);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, LeaseCheckpointOperation operation) =>
        LeaseIds.Write(ref writer, operation.Marks);
}
