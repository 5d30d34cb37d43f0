namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>
/// Lets the threads of all replicas of a cluster, and the pieces of the app that get answers from them, run one at a
/// time, in the order in which they got something to do, as on a single processor: what happens does not depend on
/// which thread the machine favours. It knows when the cluster has come to rest.
/// </summary>
internal sealed class TurnQueue
{
    // In real time: how often to look whether the app blocks.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly List<Turn> _ready = [];
    private readonly List<(TaskCompletionSource Source, long Turns, bool ForApp)> _waiters = [];
    private Turn? _running;
    private AppTurn? _suspect;
    private bool _looks;
    private int _work;
    private int _detached;
    private long _turns;

    /// <summary>How many turns were taken.</summary>
    public long Turns
    {
        get
        {
            lock (_gate)
            {
                return _turns;
            }
        }
    }

    /// <summary>Whether nothing runs, and nothing that may run has anything to do.</summary>
    public bool IsAtRest
    {
        get
        {
            lock (_gate)
            {
                return IsAtRestNow();
            }
        }
    }

    /// <summary>What keeps the cluster from coming to rest, for people.</summary>
    public string Activity
    {
        get
        {
            lock (_gate)
            {
                return _running is { } turn ? $"{turn.Name} is in a turn"
                    : _work > 0 ? $"{_work} snapshot steps are under way"
                    : _detached > 0 ? $"{_detached} pieces of the app block their threads"
                    : $"{_ready.Count} threads have something to do";
            }
        }
    }

    /// <summary>Completes when the cluster has come to rest, or when so many turns were taken: an app that never pauses
    /// is not waited for.</summary>
    /// <param name="maxTurns">How many turns.</param>
    /// <param name="forApp">Whether to wait also for pieces of the app that block their threads.</param>
    public Task WhenAtRestAsync(int maxTurns, bool forApp)
    {
        lock (_gate)
        {
            if (forApp ? IsAtRestNow() : AreTurnsOver())
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((source, _turns + maxTurns, forApp));
            return source.Task;
        }
    }

    /// <summary>Queues a turn, unless it is queued already or has ended.</summary>
    public void Enqueue(Turn turn)
    {
        lock (_gate)
        {
            Add(turn);
            GrantNext();
        }
    }

    /// <summary>Starts a piece of the app in a turn, off the caller's thread and without its synchronization
    /// context.</summary>
    /// <param name="start">Starts the piece.</param>
    /// <returns>Ends as the piece does.</returns>
    public Task StartAsync(Func<Task> start)
    {
        Task<Task> piece = new(start);
        Enqueue(new AppTurn(this, () => piece.RunSynchronously(TaskScheduler.Default)));
        return piece.Unwrap();
    }

    /// <summary>The app's turn is over.</summary>
    public void EndTurn(AppTurn turn)
    {
        lock (_gate)
        {
            if (turn.IsDetached)
            {
                _detached--;
            }
            else
            {
                _running = null;
            }

            GrantNext();
        }
    }

    /// <summary>Lets the others run while a piece of the app waits for them on its thread.</summary>
    public void Detach(AppTurn turn)
    {
        lock (_gate)
        {
            if (!turn.IsDetached)
            {
                turn.IsDetached = true;
                _detached++;
                _running = null;
                GrantNext();
            }
        }
    }

    /// <summary>A lane's turn is over.</summary>
    public void EndTurn(ThreadTurn turn, bool isMore)
    {
        lock (_gate)
        {
            _running = null;
            if (isMore)
            {
                Add(turn);
            }

            GrantNext();
        }
    }

    /// <summary>A lane's thread ends.</summary>
    public void Remove(ThreadTurn turn)
    {
        lock (_gate)
        {
            turn.HasEnded = true;
            _ready.Remove(turn);
            if (_running == turn)
            {
                _running = null;
            }

            GrantNext();
        }
    }

    /// <summary>Work beside the lanes begins (1) or has ended (-1). Nothing runs meanwhile, so that what the work
    /// brings comes at the same point in every run.</summary>
    public void CountWork(int change)
    {
        lock (_gate)
        {
            _work += change;
            GrantNext();
        }
    }

    /// <summary>Changes what a member's threads may do.</summary>
    public void SetMode(MemberSchedule member, ScheduleMode mode)
    {
        lock (_gate)
        {
            member.Mode = mode;
            GrantNext();
        }
    }

    private bool IsAtRestNow() => _detached == 0 && AreTurnsOver();

    private bool AreTurnsOver() => _running is null && _work == 0 && NextReady() < 0;

    private int NextReady() => _ready.FindIndex(static turn => turn.MayRun);

    private void Add(Turn turn)
    {
        if (!turn.IsQueued && !turn.HasEnded)
        {
            turn.IsQueued = true;
            _ready.Add(turn);
        }
    }

    private void GrantNext()
    {
        if (_running is null && _work == 0)
        {
            int next = NextReady();
            if (next >= 0)
            {
                _running = _ready[next];
                _ready.RemoveAt(next);
                _running.IsQueued = false;
                _turns++;
                _running.Grant();
                LookForBlocked();
            }
        }

        Release();
    }

    private void Release()
    {
        bool areTurnsOver = AreTurnsOver();
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Turns <= _turns || (areTurnsOver && (_detached == 0 || !_waiters[i].ForApp)))
            {
                _waiters[i].Source.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    private void LookForBlocked()
    {
        if (_running is AppTurn && !_looks)
        {
            _looks = true;
            _ = LookForBlockedAsync();
        }
    }

    private async Task LookForBlockedAsync()
    {
        do
        {
            await Task.Delay(LookInterval).ConfigureAwait(false);
        }
        while (DetachBlocked());
    }

    /// <summary>A piece of the app that blocks its thread may wait for what another turn brings. One look could find it
    /// at a lock that is free the next moment.</summary>
    /// <returns>Whether to look again.</returns>
    private bool DetachBlocked()
    {
        lock (_gate)
        {
            AppTurn? blocked = _running is AppTurn { IsBlocked: true } turn ? turn : null;
            if (blocked is not null && blocked == _suspect)
            {
                Detach(blocked);
            }

            _suspect = blocked;
            return _looks = _running is AppTurn;
        }
    }
}
