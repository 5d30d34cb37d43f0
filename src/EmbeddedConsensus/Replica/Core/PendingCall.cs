namespace EmbeddedConsensus.Replica.Core;

/// <summary>A call whose caller waits for this replica. It ends exactly once: the apply thread completes it, the
/// consensus thread fails it, or the caller cancels it, whichever comes first.</summary>
internal abstract class PendingCall
{
    private CallGauge? _gauge;
    private int _ended;

    /// <summary>The tick from which on the caller no longer waits.</summary>
    public ulong DeadlineTick { get; set; }

    /// <summary>The bytes that the call holds until it ends.</summary>
    public virtual long Bytes => 0;

    /// <summary>Whether the caller has its answer, or has cancelled.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Counts the call until it ends. Called once, before anything can end it.</summary>
    /// <param name="gauge">Counts it.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryEnter(CallGauge gauge)
    {
        if (!gauge.TryEnter(Bytes))
        {
            return false;
        }

        _gauge = gauge;
        return true;
    }

    /// <summary>Ends the call with a failure, unless it has ended.</summary>
    public void TryFail(Exception exception)
    {
        if (TryEnd())
        {
            OnFailed(exception);
        }
    }

    /// <summary>Claims the one right to answer.</summary>
    protected bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        _gauge?.Leave(Bytes);
        return true;
    }

    /// <summary>Passes the failure to the caller. Called at most once, and not after a success.</summary>
    protected abstract void OnFailed(Exception exception);
}
