using EmbeddedConsensus.Commands;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>A write that was made at this replica and is not applied yet. If its call ends without an answer after it
/// was proposed, it is retracted under its own id, and <see cref="OnResolved"/> reports what became of it.</summary>
internal abstract class PendingProposal : PendingCall
{
    private bool _isRetracted;

    /// <summary>The encoded command, or the retraction in its place.</summary>
    public Memory<byte> Command { get; protected set; }

    /// <inheritdoc />
    public sealed override long Bytes => Command.Length;

    /// <summary>The oldest command format in which it can be written.</summary>
    public byte Format { get; init; } = CommandFormat.First;

    /// <summary>The command as it goes into the log, once it was proposed.</summary>
    public ReadOnlyMemory<byte> Sealed { get; private set; }

    /// <summary>Its sequence number in this replica's life; 0 while it was never proposed, and cannot be
    /// executed.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>Seals the command with its id, in the format that the members agree on, unless the call has ended:
    /// then it must never be proposed.</summary>
    public bool TrySeal(byte version, in ProposalId id)
    {
        if (!TryBegin())
        {
            return false;
        }

        Sequence = id.Sequence;
        CommandSeal.Seal(Command.Span, version, id);
        Sealed = Command;
        return true;
    }

    /// <summary>Undoes <see cref="TrySeal"/>: the command was not proposed, and its id is free.</summary>
    public void Unseal()
    {
        Sequence = 0;
        Sealed = default;
        if (!TryUndoBegin())
        {
            // Its caller cancelled meanwhile. It is not proposed again.
            OnResolved(new ProposalOutcome(WasExecuted: false, 0));
        }
    }

    /// <summary>Puts a retraction in the place of the command: the call has ended without an answer, so the write
    /// itself is not proposed again. Whichever of the two is applied first decides what became of it.</summary>
    public void Retract(byte version, in ProposalId id)
    {
        if (!_isRetracted)
        {
            _isRetracted = true;
            Command = RetractOperationHandler.NewCommand();
            CommandSeal.Seal(Command.Span, version, id);
            Sealed = Command;
        }
    }

    /// <summary>The proposal was applied: completes the call with the command's result, or resolves it if it has ended
    /// without. Runs on the apply thread.</summary>
    /// <exception cref="InvariantViolationException">The proposal was retracted while its caller waits.</exception>
    public void TryComplete(in ApplyResult result)
    {
        if (result.IsRetraction && !HasEnded)
        {
            throw new InvariantViolationException($"Proposal {Sequence} was retracted while its caller waits.");
        }

        if (TryEnd())
        {
            OnApplied(result);
        }
        else
        {
            OnResolved(result.Outcome);
        }
    }

    /// <summary>Reports what became of the write, to a caller whose call ended without an answer.</summary>
    /// <param name="outcome">What became of it; null when that cannot be found out.</param>
    public void Resolve(ProposalOutcome? outcome) => OnResolved(outcome);

    /// <summary>Passes the result to the caller.</summary>
    protected abstract void OnApplied(in ApplyResult result);

    /// <summary>Takes what became of the write after the call ended without an answer; null when that cannot be found
    /// out. May be called again; the first time counts.</summary>
    protected virtual void OnResolved(ProposalOutcome? outcome)
    {
    }
}
