namespace EmbeddedConsensus.Replica;

/// <summary>A thread that sleeps until there is work. Waking one that is awake costs a single exchange.</summary>
internal abstract class ReplicaThread : IDisposable
{
    // Sleeps at once: a thread that spins first takes a core from the threads that it waits for.
    private readonly AutoResetEvent _wakeUp = new(false);
    private readonly Thread _thread;
    private readonly IReplicaSchedule? _schedule;
    private int _isAwake = 1;
    private volatile bool _isStopping;

    /// <summary>Creates a thread that is not started.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="schedule">The schedule of a test; null in production.</param>
    protected ReplicaThread(string name, IReplicaSchedule? schedule)
    {
        _schedule = schedule;
        _thread = new Thread(schedule is null ? Run : RunBySchedule) { Name = name, IsBackground = true };
    }

    /// <summary>Whether the thread has to stop.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        _schedule?.Started(this);
        _thread.Start();
    }

    /// <summary>Wakes the thread, or keeps it awake for one more turn. Does nothing after the thread has ended: callers
    /// and timers may be late.</summary>
    public void Wake()
    {
        if (_schedule is not null)
        {
            _schedule.Ready(this);
        }
        else if (Interlocked.Exchange(ref _isAwake, 1) == 0)
        {
            try
            {
                _wakeUp.Set();
            }
            catch (ObjectDisposedException)
            {
                // The thread has ended, so nothing waits for it.
            }
        }
    }

    /// <summary>Stops the thread and waits until it has ended. Not to be called from the thread itself.</summary>
    public void StopAndJoin()
    {
        _isStopping = true;
        Wake();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            return;
        }

        _thread.Join();
    }

    /// <inheritdoc />
    public void Dispose() => _wakeUp.Dispose();

    /// <summary>Does the work that is due.</summary>
    /// <returns>The longest sleep before the next turn; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</returns>
    protected abstract TimeSpan Turn();

    /// <summary>A turn threw: the replica is faulted. The thread runs nothing else.</summary>
    protected abstract void OnFault(Exception exception);

    private void EndFaulted(Exception exception)
    {
        try
        {
            OnFault(exception);
        }
#pragma warning disable CA1031 // The app's logger or transport threw: the thread has done what it can.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Later calls fail with the fault, and the store's status shows it.
        }
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                // Input from here on sets the event; the turn below sees what came before.
                Interlocked.Exchange(ref _isAwake, 0);
                if (_isStopping)
                {
                    return;
                }

                _wakeUp.WaitOne(Turn());
            }
        }
#pragma warning disable CA1031 // Nothing that a thread does may end the host's process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            EndFaulted(exception);
        }
    }

    private void RunBySchedule()
    {
        try
        {
            while (true)
            {
                _schedule!.BeginTurn(this);
                if (_isStopping)
                {
                    return;
                }

                _schedule.EndTurn(this, Turn() == TimeSpan.Zero);
            }
        }
#pragma warning disable CA1031 // Nothing that a thread does may end the host's process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            EndFaulted(exception);
        }
        finally
        {
            _schedule!.Ended(this);
        }
    }
}
