namespace EmbeddedConsensus.Replica.Core;

/// <summary>A call whose caller waits for this replica. It ends exactly once: the apply thread completes it, the
/// consensus thread fails it, or the caller cancels it, whichever comes first.</summary>
internal abstract class PendingCall
{
    private const int Open = 0;
    private const int Begun = 1;
    private const int Ended = 2;

    private CallGauge? _gauge;
    private long _gaugedBytes;
    private int _state;

    /// <summary>The tick from which on the caller no longer waits.</summary>
    public ulong DeadlineTick { get; set; }

    /// <summary>The bytes that the call holds when it is submitted, and until it ends.</summary>
    public virtual long Bytes => 0;

    /// <summary>Whether the caller has its answer, or has cancelled.</summary>
    public bool HasEnded => Volatile.Read(ref _state) == Ended;

    /// <summary>Whether the call waits for room. Set before the submission; then the consensus thread's.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Counts the call until it ends. Called once, before anything can end it.</summary>
    /// <param name="gauge">Counts it.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryEnter(CallGauge gauge)
    {
        _gaugedBytes = Bytes;
        if (!gauge.TryEnter(_gaugedBytes))
        {
            return false;
        }

        _gauge = gauge;
        return true;
    }

    /// <summary>Counts the call while it waits for room. Called once, before anything can end it.</summary>
    /// <param name="waiting">Counts the calls that wait.</param>
    /// <returns>Whether it may wait.</returns>
    public bool TryWait(CallGauge waiting) => IsWaiting = TryEnter(waiting);

    /// <summary>Lets a call that waits continue, unless there is no room for it. Called by the thread that lets calls
    /// go on; another may end the call meanwhile.</summary>
    /// <param name="gauge">Counts it from now on.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryStopWaiting(CallGauge gauge)
    {
        if (!gauge.TryEnter(_gaugedBytes))
        {
            return false;
        }

        IsWaiting = false;
        Interlocked.Exchange(ref _gauge, gauge)?.Leave(_gaugedBytes);
        if (HasEnded)
        {
            // Its end may have come before the exchange.
            LeaveGauge();
        }

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
    protected bool TryEnd() => TryEnd(out _);

    /// <summary>Claims the one right to answer.</summary>
    /// <param name="hadBegun">Receives whether <see cref="TryBegin"/> came before.</param>
    protected bool TryEnd(out bool hadBegun)
    {
        int before = Interlocked.Exchange(ref _state, Ended);
        hadBegun = before == Begun;
        if (before == Ended)
        {
            return false;
        }

        LeaveGauge();
        return true;
    }

    /// <summary>Claims the right to let the call take effect, from which on its end alone does not say whether it
    /// did.</summary>
    /// <returns>Whether the call had not ended.</returns>
    protected bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Open) == Open;

    /// <summary>Undoes <see cref="TryBegin"/>: the call has taken no effect, and may begin again.</summary>
    /// <returns>Whether the call has not ended meanwhile.</returns>
    protected bool TryUndoBegin() => Interlocked.CompareExchange(ref _state, Open, Begun) == Begun;

    /// <summary>Passes the failure to the caller. Called at most once, and not after a success.</summary>
    protected abstract void OnFailed(Exception exception);

    private void LeaveGauge() => Interlocked.Exchange(ref _gauge, null)?.Leave(_gaugedBytes);
}
