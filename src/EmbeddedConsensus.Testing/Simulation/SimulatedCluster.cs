using System.Globalization;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Faults;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A whole cluster in one thread: replicas, network, disks, clocks and callers on one event heap, with every
/// random choice drawn from the seed.</summary>
internal sealed class SimulatedCluster
{
    private ReplicaLife? _leader;

    /// <summary>Puts a cluster together; nothing runs yet.</summary>
    public SimulatedCluster(SimulationOptions options)
    {
        Options = options;
        SimulationRandom random = new(options.Seed);
        Profile = RunProfile.Of(random.Fork(1));
        SimulationRandom shape = random.Fork(3);
        int replicas = options.Replicas > 0 ? options.Replicas : (int)(2 * shape.Between(0, 2)) + 1;
        Schedule = options.Schedule ?? FaultPlanner.Plan(random.Fork(2), replicas, options.VirtualSeconds);
        StoreOptions = new MvccOptions
        {
            PageBytes = MvccOptions.MinPageBytes << shape.Below(4),
            SegmentBytes = 16 * 1024,
            InitialSlabUnits = 1,
        };
        Configuration = ClusterConfiguration.OfVoters(
            Enumerable.Range(1, replicas).Select(number => new MemberId((ulong)number)));
        Invariants = new RaftInvariants(Statistics);
        Committed = new CommittedLog(Statistics);
        Network = new SimulatedNetwork(this, Profile, random.Fork(4), replicas);
        Replicas = new SimulatedReplica[replicas];
        for (int number = 0; number < replicas; number++)
        {
            Replicas[number] = new SimulatedReplica(
                this, number, Configuration.Voters[number], random.Fork(10 + (ulong)number));
        }

        Workload = new SimulatedWorkload(this, random.Fork(5));
        Atlas = new FaultAtlas(this);
        Faults = new FaultInjector(this, Schedule, random.Fork(6));
    }

    /// <summary>What is simulated.</summary>
    public SimulationOptions Options { get; }

    /// <summary>How fast and how large things are.</summary>
    public RunProfile Profile { get; }

    /// <summary>What goes wrong, and how long the run is.</summary>
    public FaultSchedule Schedule { get; }

    /// <summary>How the stores are laid out.</summary>
    public MvccOptions StoreOptions { get; }

    /// <summary>The members.</summary>
    public ClusterConfiguration Configuration { get; }

    /// <summary>Virtual time.</summary>
    public EventHeap Events { get; } = new();

    /// <summary>The present, in microseconds.</summary>
    public long Now => Events.Now;

    /// <summary>The hash of what happened.</summary>
    public TraceHash Trace { get; } = new();

    /// <summary>What happened, counted.</summary>
    public SimulationStatistics Statistics { get; } = new();

    /// <summary>The network.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>The replicas.</summary>
    public SimulatedReplica[] Replicas { get; }

    /// <summary>The callers.</summary>
    public SimulatedWorkload Workload { get; }

    /// <summary>The faults.</summary>
    public FaultInjector Faults { get; }

    /// <summary>Where data may be damaged.</summary>
    public FaultAtlas Atlas { get; }

    /// <summary>The checks of consensus.</summary>
    public RaftInvariants Invariants { get; }

    /// <summary>The agreed log, and the model.</summary>
    public CommittedLog Committed { get; }

    /// <summary>What callers have seen.</summary>
    public RealTimeOrder Order { get; } = new();

    /// <summary>Whether faults happen. Off in the liveness phase.</summary>
    public bool FaultsAreOn { get; set; } = true;

    /// <summary>The place of the replica that leads in the highest term; -1 when none does.</summary>
    public int LeaderNumber =>
        _leader is { IsFaulted: false } life && life.Replica.Life == life && life.Core.Node.Role == RaftRole.Leader
            ? life.Replica.Number
            : -1;

    /// <summary>The place of a member in <see cref="Replicas"/>.</summary>
    public static int NumberOf(MemberId member) => (int)member.Value - 1;

    /// <summary>A replica was elected.</summary>
    public void LeaderChanged(ReplicaLife life) => _leader = life;

    /// <summary>A replica that is up, or null when none is.</summary>
    public ReplicaLife? RandomLife(SimulationRandom random) => Replicas[random.Below(Replicas.Length)].Life;

    /// <summary>How many disks hold an entry.</summary>
    public int CountHolders(LogPosition position) => Replicas.Count(replica => replica.Disk.Holds(position));

    /// <summary>Lets time pass up to a moment, or until a condition holds.</summary>
    /// <returns>Whether the condition held.</returns>
    public bool Run(long untilMicros, Func<bool>? condition = null)
    {
        while (Events.TryStep(untilMicros, Trace))
        {
            if (condition is not null && condition())
            {
                return true;
            }
        }

        return condition is not null && condition();
    }

    /// <summary>Writes down an event of note, if somebody reads along.</summary>
    public void Note(FormattableString what) =>
        Options.Log?.Invoke(string.Create(
            CultureInfo.InvariantCulture, $"{Now / 1e6,10:F6} {FormattableString.Invariant(what)}"));

    /// <summary>Frees the stores.</summary>
    public void Stop()
    {
        foreach (SimulatedReplica replica in Replicas)
        {
            replica.Life?.Apply.Dispose();
        }
    }
}
