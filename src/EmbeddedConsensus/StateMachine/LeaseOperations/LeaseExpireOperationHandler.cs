using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Ends leases that have expired. Encoded: their marks. A leader that was paused or deposed ends no lease that
/// was renewed elsewhere (scenario 53): its marks name older renewals.</summary>
internal sealed class LeaseExpireOperationHandler() : OperationHandler<LeaseExpireOperation>(OperationKind.LeaseExpire)
{
    /// <inheritdoc />
    public override bool IsTransactional => false;

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        while (!reader.AtEnd)
        {
            context.Leases.Expire(LeaseIds.ReadMark(ref reader));
        }

        return new ApplyResult(0, LeaseEnding.DeletePiece(context));
    }

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader) => LeaseIds.FaultOfMarks(ref reader);

    /// <inheritdoc />
    protected override void Check(LeaseExpireOperation operation, RequestValidator limits, TxnScope? scope)
    {
        // Made by the leader from its own table.
    }

    /// <inheritdoc />
    protected override long LengthOf(LeaseExpireOperation operation) => LeaseIds.LengthOf(operation.Marks);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, LeaseExpireOperation operation) =>
        LeaseIds.Write(ref writer, operation.Marks);
}
