using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Deletes a range of keys. Encoded: flags, start, end.</summary>
internal sealed class DeleteOperationHandler() : OperationHandler<DeleteOperation>(OperationKind.Delete)
{
    private const byte ReturnPrevious = 1;

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        byte flags = reader.ReadFlags(ReturnPrevious);
        ReadOnlySpan<byte> start = reader.ReadBytes();
        ReadOnlySpan<byte> end = reader.ReadBytes();
        reader.RequireEnd();
        List<KeyValue> previous = [];
        if (context.WantsResult && (flags & ReturnPrevious) != 0)
        {
            MvccRangeCursor cursor = context.Store.WriterView.Range(start, end, 0);
            while (cursor.MoveNext())
            {
                previous.Add(cursor.Current.ToKeyValue());
            }
        }

        DetachLeases(start, end, context);
        return new ApplyResult(0, context.Store.Delete(start, end), previous);
    }

    /// <inheritdoc />
    public override OperationResult Respond(in ApplyResult result, long revision) => new DeleteOperationResult(
        new DeleteResult(revision, result.Deleted, (List<KeyValue>)result.Payload!));

    /// <inheritdoc />
    protected override string? Inspect(ref CommandReader reader)
    {
        reader.ReadFlags(ReturnPrevious);
        return RangeCodec.FaultOf(ref reader);
    }

    /// <inheritdoc />
    protected override void Check(DeleteOperation operation, RequestValidator limits, TxnScope? scope) =>
        RequestValidator.CheckRange(operation.Range, Argument("range", scope));

    /// <inheritdoc />
    protected override void AddWrites(DeleteOperation operation, TxnWrites writes) =>
        writes.AddDelete(operation.Range);

    /// <inheritdoc />
    protected override long LengthOf(DeleteOperation operation) => 1 + RangeCodec.LengthOf(operation.Range);

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, DeleteOperation operation)
    {
        writer.WriteByte(operation.ReturnPrevious ? ReturnPrevious : (byte)0);
        RangeCodec.Write(ref writer, operation.Range);
    }

    private static void DetachLeases(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, ApplyContext context)
    {
        if (context.Leases.Keys.Count == 0)
        {
            return;
        }

        MvccRangeCursor cursor = context.Store.WriterView.Range(start, end, 0);
        while (cursor.MoveNext())
        {
            if (cursor.Current.Lease != 0)
            {
                context.Leases.Keys.Detach(cursor.Current.Key);
            }
        }
    }
}
