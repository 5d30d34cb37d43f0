using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A write of which only the size and the end matter.</summary>
internal sealed class ForwardedWrite : PendingProposal
{
    public ForwardedWrite(int length)
    {
        // A leader takes only what can be executed.
        int key = 1;
        int value = length;
        while (PutOperationHandler.CommandLength(key, value, lease: 0) > length)
        {
            value--;
        }

        key += (int)(length - PutOperationHandler.CommandLength(key, value, lease: 0));
        Command = new byte[length];
        PutOperationHandler.WriteCommand(Command.Span, new byte[key], new byte[value], returnPrevious: false, lease: 0);
    }

    public bool IsDone { get; private set; }

    public Exception? Failure { get; private set; }

    public ProposalOutcome? Outcome { get; private set; }

    public void Cancel() => TryFail(new OperationCanceledException());

    protected override void OnApplied(in ApplyResult result) => IsDone = true;

    protected override void OnFailed(Exception exception) => Failure = exception;

    protected override void OnResolved(ProposalOutcome? outcome) => Outcome ??= outcome;
}
