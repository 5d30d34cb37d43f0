namespace EmbeddedConsensus.Replica.Core;

/// <summary>A caller that waits for this replica. It is ended exactly once, by whoever comes first: the apply lane with
/// a result, the consensus lane with a failure, or the caller itself by cancelling.</summary>
internal abstract class PendingCall
{
    private int _ended;

    /// <summary>The tick after which the caller no longer waits.</summary>
    public ulong DeadlineTick { get; set; }

    /// <summary>Where the call is counted until it ends.</summary>
    public CallGauge? Gauge { get; set; }

    /// <summary>Whether the caller has its answer, or no longer wants one.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

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

        Gauge?.Leave();
        return true;
    }

    /// <summary>Gives the failure to the caller. Called at most once, and not after a success.</summary>
    protected abstract void OnFailed(Exception exception);
}
