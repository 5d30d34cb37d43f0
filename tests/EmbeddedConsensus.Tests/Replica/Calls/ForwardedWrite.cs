using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A write of which only the size and the end matter.</summary>
internal sealed class ForwardedWrite : PendingProposal
{
    public ForwardedWrite(int length)
    {
        // A leader takes only what can be executed.
        Command = new byte[length];
        CommandHeader.Write(Command.Span, OperationKind.Put);
    }

    public bool IsDone { get; private set; }

    public Exception? Failure { get; private set; }

    public void Cancel() => TryFail(new OperationCanceledException());

    protected override void OnApplied(in ApplyResult result) => IsDone = true;

    protected override void OnFailed(Exception exception) => Failure = exception;
}
