using EmbeddedConsensus.Commands;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>An operation that a later release adds. What it takes is this class and a line in the table.</summary>
internal sealed class AppendOperationHandler() : OperationHandler<AppendOperation>(NewKind)
{
    /// <summary>A number that this release has no name for.</summary>
    public const OperationKind NewKind = (OperationKind)200;

    public override byte FirstFormat => CommandFormat.Newest + 1;

    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        context.Store.Put(reader.ReadBytes(), "appended"u8, lease: 0);
        reader.RequireEnd();
        return default;
    }

    public override OperationResult Respond(in ApplyResult result, long revision) =>
        new PutOperationResult(new PutResult(revision, null));

    protected override string? Inspect(ref CommandReader reader)
    {
        reader.ReadBytes();
        return null;
    }

    protected override void Check(AppendOperation operation, RequestValidator limits, TxnScope? scope) =>
        RequestValidator.CheckKey(operation.Key, Argument("key", scope));

    protected override void AddWrites(AppendOperation operation, TxnWrites writes) => writes.AddPut(operation.Key);

    protected override long LengthOf(AppendOperation operation) => CommandWriter.BytesLength(operation.Key.Length);

    protected override void Write(ref CommandWriter writer, AppendOperation operation) =>
        writer.WriteBytes(operation.Key.Span);
}
