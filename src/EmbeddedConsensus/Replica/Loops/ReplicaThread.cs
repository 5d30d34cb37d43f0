namespace EmbeddedConsensus.Replica;

/// <summary>A thread that sleeps until there is something to do. Whoever wakes it pays one exchange when it is awake
/// already.</summary>
internal abstract class ReplicaThread : IDisposable
{
    // Sleeps at once: a thread that spins first takes a core from those whose work it waits for.
    private readonly AutoResetEvent _wakeUp = new(false);
    private readonly Thread _thread;
    private readonly IReplicaSchedule? _schedule;
    private int _isAwake = 1;
    private volatile bool _isStopping;

    /// <summary>A thread that is not started.</summary>
    /// <param name="name">The name of its thread.</param>
    /// <param name="schedule">What decides when it takes its turns; null in production.</param>
    protected ReplicaThread(string name, IReplicaSchedule? schedule)
    {
        _schedule = schedule;
        _thread = new Thread(schedule is null ? Run : RunBySchedule) { Name = name, IsBackground = true };
    }

    /// <summary>Whether the thread was told to stop.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        _schedule?.Started(this);
        _thread.Start();
    }

    /// <summary>Wakes the thread, or keeps it awake for one more turn. Does nothing to one that has ended: callers and
    /// timers may be late.</summary>
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
                // The thread has ended, and nothing waits for it any more.
            }
        }
    }

    /// <summary>Tells the thread to stop and waits until it has. Not to be called from the thread itself.</summary>
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

    /// <summary>Does what there is to do.</summary>
    /// <returns>How long to sleep when nothing comes; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</returns>
    protected abstract TimeSpan Turn();

    /// <summary>A turn threw: the replica is faulted. Nothing else runs in the thread.</summary>
    protected abstract void OnFault(Exception exception);

    private void EndFaulted(Exception exception)
    {
        try
        {
            OnFault(exception);
        }
#pragma warning disable CA1031 // A logger or a transport of the app's that throws: the thread has done what it can.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Whoever calls from here on is told of the fault, and the store's status says it.
        }
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                // Whatever arrives from here on sets the event; whatever came before is seen below.
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
