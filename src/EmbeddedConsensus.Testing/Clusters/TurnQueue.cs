namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>
/// Lets the threads of all replicas of a cluster run one at a time, in the order in which they got something to do, as
/// on a single processor: what happens does not depend on which thread the machine favours. It knows when the cluster
/// has come to rest.
/// </summary>
internal sealed class TurnQueue
{
    private readonly Lock _gate = new();
    private readonly List<LaneTurn> _ready = [];
    private readonly List<(TaskCompletionSource Source, long Turns, bool ForApp)> _waiters = [];
    private LaneTurn? _running;
    private int _work;
    private int _app;
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
                return _running is { } turn ? $"the thread '{turn.Name}' is in a turn"
                    : _work > 0 ? $"{_work} snapshot steps are under way"
                    : _app > 0 ? $"the app still works at {_app} answers"
                    : $"{_ready.Count} threads have something to do";
            }
        }
    }

    /// <summary>Completes when the cluster has come to rest, or when so many turns were taken: an app that never pauses
    /// is not waited for.</summary>
    /// <param name="maxTurns">How many turns.</param>
    /// <param name="forApp">Whether to wait for the app too, and not for the replicas alone.</param>
    public Task WhenAtRestAsync(int maxTurns, bool forApp)
    {
        lock (_gate)
        {
            if (forApp ? IsAtRestNow() : AreLanesAtRest())
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((source, _turns + maxTurns, forApp));
            return source.Task;
        }
    }

    /// <summary>Queues a lane, unless it is queued already or has ended.</summary>
    public void Enqueue(LaneTurn turn)
    {
        lock (_gate)
        {
            Add(turn);
            GrantNext();
        }
    }

    /// <summary>A lane's turn is over.</summary>
    public void EndTurn(LaneTurn turn, bool isMore)
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
    public void Remove(LaneTurn turn)
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

    /// <summary>Work beside the lanes begins (1) or has ended (-1). No lane runs meanwhile, so that what the work
    /// brings comes at the same point in every run.</summary>
    public void CountWork(int change)
    {
        lock (_gate)
        {
            _work += change;
            GrantNext();
        }
    }

    /// <summary>The app begins (1) or ends (-1) to work at an answer. The lanes run on, since an app may wait for
    /// them.</summary>
    public void CountApp(int change)
    {
        lock (_gate)
        {
            _app += change;
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

    private bool IsAtRestNow() => _app == 0 && AreLanesAtRest();

    private bool AreLanesAtRest() => _running is null && _work == 0 && NextReady() < 0;

    private int NextReady() => _ready.FindIndex(static turn => turn.MayRun);

    private void Add(LaneTurn turn)
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
            }
        }

        Release();
    }

    private void Release()
    {
        bool areLanesAtRest = AreLanesAtRest();
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Turns <= _turns || (areLanesAtRest && (_app == 0 || !_waiters[i].ForApp)))
            {
                _waiters[i].Source.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }
}
