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
    }

    /// <summary>Lets calls end, and makes no more.</summary>
    public void Stop()
    {
        foreach (SimulatedCaller caller in _callers)
        {
            caller.IsStopped = true;
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

        foreach (SimulatedWatcher watcher in _watchers)
        {
            watcher.ReplicaCrashed(life);
        }
    }

    /// <summary>A call has ended.</summary>
    public void CallEnded(SimulatedCaller caller)
    {
        _cluster.Trace.Add((ulong)_cluster.Now);
        caller.CallLater();
    }
}
