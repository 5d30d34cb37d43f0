using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Revokes a lease. Encoded: the id. From then on the lease does not exist for any other operation. Its keys
/// are deleted in one revision if they are at most <see cref="LeaseEnding.MaxKeys"/> and no other lease is in the
/// middle of its end; else this operation and those after it delete them in pieces.</summary>
internal sealed class LeaseRevokeOperationHandler() : OperationHandler<LeaseRevokeOperation>(OperationKind.LeaseRevoke)
{
    /// <inheritdoc />
    public override bool IsTransactional => false;

    /// <inheritdoc />
    public override ConsensusStoreException? Judge(ReadOnlySpan<byte> body, ApplyContext context)
    {
        long lease = Read(body);
        return context.Leases.IsUsed(lease) ? null : new LeaseNotFoundException(lease);
    }

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        long lease = Read(body);
        if (context.Leases.Find(lease) is int slot and not 0)
        {
            context.Leases.End(slot);
        }

        long deleted = LeaseEnding.DeletePiece(context);
        return new ApplyResult(0, deleted, context.WantsResult ? new LeaseEnded(!context.Leases.IsUsed(lease)) : null);
    }

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader)
    {
        reader.ReadNumber();
        return null;
    }

    /// <inheritdoc />
    protected override void Check(LeaseRevokeOperation operation, RequestValidator limits, TxnScope? scope) =>
        LeaseIds.Check(operation.Lease);

    /// <inheritdoc />
    protected override long LengthOf(LeaseRevokeOperation operation) => CommandWriter.NumberLength(operation.Lease);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, LeaseRevokeOperation operation) =>
        writer.WriteNumber(operation.Lease);

    private static long Read(ReadOnlySpan<byte> body)
    {
        CommandReader reader = new(body);
        long lease = reader.ReadNumber();
        reader.RequireEnd();
        return lease;
    }
}
