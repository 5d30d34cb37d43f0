using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Compacts the history. Encoded: the revision.</summary>
internal sealed class CompactOperationHandler() : OperationHandler<CompactOperation>(OperationKind.Compact)
{
    /// <inheritdoc />
    public override bool IsTransactional => false;

    /// <inheritdoc />
    public override ConsensusStoreException? Judge(ReadOnlySpan<byte> body, ApplyContext context)
    {
        long revision = ReadRevision(body);
        return revision <= context.Store.CompactRevision
                ? new CompactedException(revision, context.Store.CompactRevision)
            : revision > context.Store.CurrentRevision
                ? new FutureRevisionException(revision, context.Store.CurrentRevision)
            : null;
    }

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        context.Store.Compact(ReadRevision(body));
        return default;
    }

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader)
    {
        long revision = reader.ReadNumber();
        return revision >= 0 ? null : $"A compaction names the revision {revision}.";
    }

    /// <inheritdoc />
    protected override void Check(CompactOperation operation, RequestValidator limits, TxnScope? scope)
    {
        if (operation.Revision <= 0)
        {
            throw new InvalidRequestException(Argument("revision", scope), "The revision must be positive.");
        }
    }

    /// <inheritdoc />
    protected override long LengthOf(CompactOperation operation) => CommandWriter.NumberLength(operation.Revision);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, CompactOperation operation) =>
        writer.WriteNumber(operation.Revision);

    private static long ReadRevision(ReadOnlySpan<byte> body)
    {
        CommandReader reader = new(body);
        long revision = reader.ReadNumber();
        reader.RequireEnd();
        return revision;
    }
}
