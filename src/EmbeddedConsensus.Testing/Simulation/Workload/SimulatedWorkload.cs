namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>All callers and watchers of a simulated cluster.</summary>
internal sealed class SimulatedWorkload
{
    private const int MaxCallers = 12;
    private const int MaxCrowd = 60;
    private const double CrowdRate = 0.2;
    private const long CrowdThinkFactor = 8;
    private const int MaxWatchers = 4;

    private readonly SimulatedCluster _cluster;
    private readonly SimulatedCaller[] _callers;
    private readonly SimulatedWatcher[] _watchers;
    private readonly SimulatedHolder[] _holders;
    private readonly SimulatedStaleReader _staleReader;
    private SimulatedCaller? _prober;

    /// <summary>Callers and watchers that have not begun.</summary>
    public SimulatedWorkload(SimulatedCluster cluster, SimulationRandom random)
    {
        _cluster = cluster;
        RequestGenerator requests = new(random.Fork(1));
        ThinkMicros = random.Between(10_000, 300_000);
        _callers = new SimulatedCaller[random.Between(1, MaxCallers)];
        if (random.Chance(CrowdRate))
        {
            // They come rarely, and after an outage all at once.
            ThinkMicros *= CrowdThinkFactor;
            _callers = new SimulatedCaller[MaxCrowd];
        }

        Array.Resize(ref _callers, Math.Min(_callers.Length, cluster.Schedule.MaxCallers));
        for (int i = 0; i < _callers.Length; i++)
        {
            _callers[i] = new SimulatedCaller(cluster, i, requests, random.Fork(100 + (ulong)i));
        }

        _watchers = new SimulatedWatcher[random.Below(MaxWatchers + 1)];
        for (int i = 0; i < _watchers.Length; i++)
        {
            _watchers[i] = new SimulatedWatcher(cluster, i, requests.NextRange(), random.Fork(200 + (ulong)i));
        }

        _holders = new SimulatedHolder[random.Below(SimulatedHolder.MaxHolders + 1)];
        for (int i = 0; i < _holders.Length; i++)
        {
            _holders[i] = new SimulatedHolder(cluster, i, random.Fork(300 + (ulong)i));
        }

        _staleReader = new SimulatedStaleReader(cluster, random.Fork(400));
    }

    /// <summary>The mean time between a caller's calls, in microseconds.</summary>
    public long ThinkMicros { get; }

    /// <summary>The watchers.</summary>
    public IReadOnlyList<SimulatedWatcher> Watchers => _watchers;

    /// <summary>The number of calls under way, but for those at processes that stand still.</summary>
    public int Pending => _callers.Count(caller => caller.Life is { Replica.IsPaused: false });

    /// <summary>Begins.</summary>
    public void Begin()
    {
        foreach (SimulatedCaller caller in _callers)
        {
            caller.CallLater();
        }

        foreach (SimulatedWatcher watcher in _watchers)
        {
            watcher.PollLater();
        }

        foreach (SimulatedHolder holder in _holders)
        {
            holder.BeginLater();
        }

        _staleReader.LookLater();
    }

    /// <summary>Adds a caller that calls only on request. As for the others, its call is lost when the replica that
    /// works on it ends: a member that was removed answers no more.</summary>
    /// <param name="number">Its number, for the trace.</param>
    /// <param name="random">What its timing is drawn from.</param>
    public SimulatedCaller AddProber(int number, SimulationRandom random) =>
        _prober = new SimulatedCaller(_cluster, number, new RequestGenerator(random.Fork(1)), random)
        {
            IsStopped = true,
        };

    /// <summary>Lets calls end, and makes no more.</summary>
    public void Stop()
    {
        foreach (SimulatedCaller caller in _callers)
        {
            caller.Stop();
        }

        foreach (SimulatedHolder holder in _holders)
        {
            holder.Stop();
        }

        _staleReader.Stop();
    }

    /// <summary>A lease has ended: the first replica applies what ended it.</summary>
    public void LeaseEnded(long lease, WriteRequest request)
    {
        foreach (SimulatedHolder holder in _holders)
        {
            holder.LeaseEnded(lease, request);
        }
    }

    /// <summary>The calls at a replica that crashed or is faulted are lost, and its watches end.</summary>
    public void ReplicaEnded(ReplicaLife life)
    {
        foreach (SimulatedCaller caller in _callers)
        {
            if (caller.Life == life)
            {
                caller.Lost();
            }
        }

        if (_prober?.Life == life)
        {
            _prober.Lost();
        }

        foreach (SimulatedWatcher watcher in _watchers)
        {
            watcher.ReplicaCrashed(life);
        }

        foreach (SimulatedHolder holder in _holders)
        {
            holder.ReplicaEnded(life);
        }

        _staleReader.ReplicaEnded(life);
    }

    /// <summary>A call has ended.</summary>
    public void CallEnded(SimulatedCaller caller)
    {
        _cluster.Trace.Add((ulong)_cluster.Now);
        caller.CallLater();
    }
}
