using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>A write that was made at this replica and is not applied yet.</summary>
internal abstract class PendingProposal : PendingCall
{
    /// <summary>The encoded command; the id in its header is written when it is first proposed.</summary>
    public Memory<byte> Command { get; protected set; }

    /// <summary>Its number in this replica's life; 0 while it was never proposed, so that it cannot be executed.</summary>
    public ulong Sequence { get; set; }

    /// <summary>Gives the caller what the command did, unless the call has ended. Runs on the apply lane.</summary>
    public void TryComplete(in ApplyResult result)
    {
        if (TryEnd())
        {
            OnApplied(result);
        }
    }

    /// <summary>Gives the result to the caller.</summary>
    protected abstract void OnApplied(in ApplyResult result);
}
