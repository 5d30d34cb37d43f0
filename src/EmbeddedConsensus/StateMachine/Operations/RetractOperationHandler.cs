using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Retracts a proposal. Encoded: nothing; the header has the id.</summary>
internal sealed class RetractOperationHandler() : OperationHandler<RetractOperation>(OperationKind.Retract)
{
    private static readonly RetractOperation Retraction = new();

    /// <inheritdoc />
    public override bool IsTransactional => false;

    /// <summary>A new command, not sealed.</summary>
    public static Memory<byte> NewCommand()
    {
        byte[] command = new byte[OperationTable.Default.CommandLengthOf(Retraction)];
        OperationTable.Default.WriteCommand(command, Retraction);
        return command;
    }

    /// <inheritdoc />
    public override string? FaultOf(ReadOnlySpan<byte> body, byte format, int depth) =>
        body.IsEmpty ? null : $"A retraction has a body of {body.Length} bytes.";

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context) => new(0, IsRetraction: true);

    /// <inheritdoc />
    protected override void Check(RetractOperation operation, RequestValidator limits, TxnScope? scope)
    {
        // The replica makes it, and has nothing to get wrong.
    }

    /// <inheritdoc />
    protected override long LengthOf(RetractOperation operation) => 0;

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, RetractOperation operation)
    {
        // Its kind and its id say everything.
    }
}
