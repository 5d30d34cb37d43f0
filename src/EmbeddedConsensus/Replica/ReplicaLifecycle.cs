namespace EmbeddedConsensus.Replica;

/// <summary>The state of a replica's life, and which calls it refuses. Safe for several threads.</summary>
/// <param name="moved">Called after each change of the state.</param>
internal sealed class ReplicaLifecycle(Action moved)
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = (int)StoreState.Starting;
    private volatile Exception? _fault;

    /// <summary>The state.</summary>
    public StoreState State => (StoreState)Volatile.Read(ref _state);

    /// <summary>Why the replica is faulted, or was removed or refused; or null.</summary>
    public Exception? Fault => _fault;

    /// <summary>Completes when the replica takes calls; fails when it cannot start, or has stopped before.</summary>
    public Task Started => _started.Task;

    /// <summary>Why a call is refused now; null when it is not.</summary>
    public Exception? Refusal => State switch
    {
        StoreState.Running => null,
        StoreState.Faulted or StoreState.Removed => _fault,
        StoreState.Starting => new StoreStoppedException("The store is not started yet. Start the host, then call it."),
        _ => new StoreStoppedException("The store is stopping or has stopped."),
    };

    /// <summary>Throws when the replica does not take calls.</summary>
    public void ThrowIfNotRunning()
    {
        if (Refusal is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Throws when the replica is faulted, or does not belong to its cluster.</summary>
    public void ThrowIfFaulted()
    {
        if (State is StoreState.Faulted or StoreState.Removed)
        {
            throw _fault!;
        }
    }

    /// <summary>The replica has started.</summary>
    /// <returns>False if it has ended meanwhile.</returns>
    public bool TryRun()
    {
        bool runs = TryMove(StoreState.Starting, StoreState.Running);
        if (runs)
        {
            _started.TrySetResult();
        }

        return runs;
    }

    /// <summary>The start failed.</summary>
    public void FailStart(Exception reason)
    {
        _started.TrySetException(reason);

        // Observed: not every host waits for the start.
        _ = _started.Task.Exception;
    }

    /// <summary>The replica ends without being stopped, unless it has ended.</summary>
    /// <param name="state"><see cref="StoreState.Faulted"/> or <see cref="StoreState.Removed"/>.</param>
    /// <param name="reason">Why; every later call gets it.</param>
    /// <returns>Whether this ended it.</returns>
    public bool TryEnd(StoreState state, Exception reason)
    {
        _fault = reason;
        return TryMove(StoreState.Running, state) || TryMove(StoreState.Starting, state)
            || TryMove(StoreState.Stopping, state);
    }

    /// <summary>The replica is being stopped: it takes no further calls.</summary>
    /// <returns>Whether it was running.</returns>
    public bool TryStop() => TryMove(StoreState.Running, StoreState.Stopping);

    /// <summary>The replica is being closed, from whatever state it is in.</summary>
    public void Close()
    {
        if (!TryStop())
        {
            TryMove(StoreState.Starting, StoreState.Stopping);
        }

        FailStart(new StoreStoppedException("The store has stopped."));
    }

    /// <summary>The replica is closed. One that is faulted or removed keeps that state.</summary>
    public void Closed() => TryMove(StoreState.Stopping, StoreState.Stopped);

    private bool TryMove(StoreState from, StoreState to)
    {
        if (Interlocked.CompareExchange(ref _state, (int)to, (int)from) != (int)from)
        {
            return false;
        }

        moved();
        return true;
    }
}
