using EmbeddedConsensus.Commands;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>A write that was made at this replica and is not applied yet.</summary>
internal abstract class PendingProposal : PendingCall
{
    /// <summary>The encoded command, not sealed.</summary>
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
        TryUndoBegin();
    }

    /// <summary>Completes the call with the command's result, unless it has ended. Runs on the apply thread.</summary>
    public void TryComplete(in ApplyResult result)
    {
        if (TryEnd())
        {
            OnApplied(result);
        }
    }

    /// <summary>Passes the result to the caller.</summary>
    protected abstract void OnApplied(in ApplyResult result);
}
