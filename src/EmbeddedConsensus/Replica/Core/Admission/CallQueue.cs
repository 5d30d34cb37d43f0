namespace EmbeddedConsensus.Replica.Core;

/// <summary>The calls of one kind that wait until fewer are pending: first come, first served. None of them has taken
/// any effect.</summary>
/// <typeparam name="TCall">The kind.</typeparam>
/// <param name="gauge">Counts the pending calls.</param>
/// <param name="maxCalls">The highest number of calls that wait.</param>
/// <param name="admitted">Takes a call for which there is room now.</param>
internal sealed class CallQueue<TCall>(CallGauge gauge, int maxCalls, Action<TCall> admitted)
    where TCall : PendingCall
{
    private readonly Queue<TCall> _calls = new();

    /// <summary>Whether a call could be admitted now.</summary>
    public bool CanAdmit => _calls.TryPeek(out TCall? first) && (first.HasEnded || gauge.HasRoom);

    /// <summary>Takes a call that waits.</summary>
    public void Add(TCall call)
    {
        _calls.Enqueue(call);
        if (_calls.Count > 2L * maxCalls)
        {
            // More than may wait: at least half of them were cancelled by their callers.
            DropEnded();
        }
    }

    /// <summary>Admits the calls for which there is room, in the order in which they came.</summary>
    public void Admit()
    {
        while (_calls.TryPeek(out TCall? first))
        {
            if (first.HasEnded)
            {
                _calls.Dequeue();
            }
            else if (first.TryStopWaiting(gauge))
            {
                admitted(_calls.Dequeue());
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Fails the calls whose time is over.</summary>
    public void Expire(ulong now)
    {
        // All have the same time, so they end in their order.
        while (_calls.TryPeek(out TCall? first) && (first.HasEnded || first.DeadlineTick <= now))
        {
            _calls.Dequeue().TryFail(new TooManyRequestsException(
                "The call waited for room for the whole request timeout, because those before it did not end. Nothing "
                + "was executed. Try again with fewer at a time, and check that a majority of the members is up and "
                + "reachable."));
        }
    }

    /// <summary>Fails every call.</summary>
    public void FailAll(Exception exception)
    {
        while (_calls.TryDequeue(out TCall? call))
        {
            call.TryFail(exception);
        }
    }

    private void DropEnded()
    {
        for (int count = _calls.Count; count > 0; count--)
        {
            TCall call = _calls.Dequeue();
            if (!call.HasEnded)
            {
                _calls.Enqueue(call);
            }
        }
    }
}
