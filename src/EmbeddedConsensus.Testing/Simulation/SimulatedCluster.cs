using System.Collections.Immutable;
using System.Globalization;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Faults;
using EmbeddedConsensus.Testing.Simulation.Membership;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A whole cluster in one thread: replicas, network, disks, clocks and callers on one event heap, with every
/// random choice drawn from the seed.</summary>
internal sealed class SimulatedCluster
{
    /// <summary>How many members there may ever be.</summary>
    public const int MaxReplicas = 40;

    private const int MaxDraws = 4;

    private readonly SimulationRandom _random;
    private readonly List<SimulatedReplica> _replicas = [];
    private ReplicaLife? _leader;

    /// <summary>Puts a cluster together; nothing runs yet.</summary>
    public SimulatedCluster(SimulationOptions options)
    {
        Options = options;
        SimulationRandom random = new(options.Seed);
        _random = random;
        Profile = RunProfile.Of(random.Fork(1));
        Profile = Profile with
        {
            UsesLeases = Profile.UsesLeases || options.Defect == SimulatedDefect.SlowLeaseClock,
        };
        SimulationRandom shape = random.Fork(3);
        int replicas = options.Replicas > 0 ? options.Replicas : (int)(2 * shape.Between(0, 2)) + 1;
        Schedule = options.Schedule ?? FaultPlanner.Plan(
            random.Fork(2), replicas, options.VirtualSeconds, keepsClocks: Profile.UsesLeases);
        StoreOptions = new MvccOptions
        {
            PageBytes = MvccOptions.MinPageBytes << shape.Below(4),
            SegmentBytes = 16 * 1024,
            InitialSlabUnits = 1,
        };
        InitialReplicas = replicas;
        MemberId[] founders = [.. Enumerable.Range(1, replicas).Select(number => new MemberId((ulong)number))];
        ClusterConfiguration bootstrap = ClusterConfiguration.OfVoters(founders) with
        {
            Members = [.. founders.Select(id => new ClusterMember(id, SimulatedReplica.AddressOf(id, moves: 0)))],
            LastMemberId = founders[^1],
        };
        Invariants = new RaftInvariants(Statistics);
        Rules = new ConfigurationRules(Statistics);
        Committed = new CommittedLog(
            Statistics, Rules, (lease, request) => Workload!.LeaseEnded(lease, request));
        Network = new SimulatedNetwork(this, Profile, random.Fork(4));
        foreach (MemberId founder in founders)
        {
            AddReplica(founder, bootstrap).Release = shape.Chance(Profile.OldReleaseRate)
                ? SimulatedReplica.OldRelease
                : SimulatedReplica.NewRelease;
        }

        Operator = new MembershipOperator(this, random.Fork(8));

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

    /// <summary>How many members founded the cluster.</summary>
    public int InitialReplicas { get; }

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

    /// <summary>All replicas that ever were, by number.</summary>
    public IReadOnlyList<SimulatedReplica> Replicas => _replicas;

    /// <summary>Changes the membership.</summary>
    public MembershipOperator Operator { get; }

    /// <summary>The rules of membership changes.</summary>
    public ConfigurationRules Rules { get; }

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

    /// <summary>A life has ended, or does nothing more.</summary>
    public void ReplicaEnded(ReplicaLife life)
    {
        Workload.ReplicaEnded(life);
        Operator.ReplicaEnded(life);
    }

    /// <summary>A replica was elected.</summary>
    public void LeaderChanged(ReplicaLife life) => _leader = life;

    /// <summary>A replica that is up, or null; a member, except for the few that have not heard of their
    /// removal.</summary>
    public ReplicaLife? RandomLife(SimulationRandom random)
    {
        ReplicaLife? life = null;
        for (int draw = 0; draw < MaxDraws; draw++)
        {
            life = _replicas[random.Below(_replicas.Count)].Life;
            if (life is not null && IsInTouch(life))
            {
                return life;
            }
        }

        return life;
    }

    /// <summary>Whether a replica takes itself for a member; and is one, once the faults are over: then callers know
    /// which replicas to call.</summary>
    public bool IsInTouch(ReplicaLife life) =>
        life.Core.Node.Membership == MembershipState.Member
        && (FaultsAreOn || Rules.Latest is not { } latest || latest.Contains(life.Replica.Id));

    /// <summary>The members of the cluster whose disks are not lost.</summary>
    public IEnumerable<SimulatedReplica> Members => _replicas.Where(IsMember);

    /// <summary>Whether a replica is a member by the latest committed configuration, and its disk is not
    /// lost.</summary>
    public bool IsMember(SimulatedReplica replica) =>
        !replica.IsLost && (Rules.Latest?.Contains(replica.Id) ?? replica.Number < InitialReplicas);

    /// <summary>Adds a member that was never in the cluster and waits to be told of it; null when there are too
    /// many.</summary>
    public SimulatedReplica? Recruit() => _replicas.Count < MaxReplicas
        ? AddReplica(new MemberId((ulong)_replicas.Count + 1), new ClusterConfiguration())
        : null;

    /// <summary>Whether the disk of a member holds an entry.</summary>
    public bool Holds(MemberId member, LogPosition position) => _replicas[NumberOf(member)].Holds(position);

    /// <summary>All sets of voters that count, or may count soon, somewhere: those of every configuration that is the
    /// latest in a log.</summary>
    public IEnumerable<ImmutableArray<MemberId>> VoterSets() =>
        _replicas.Select(replica => replica.LatestConfiguration)
            .Append(Rules.Latest)
            .OfType<ClusterConfiguration>()
            .SelectMany(item => (ImmutableArray<MemberId>[])[item.Voters, item.OutgoingVoters, item.PlannedVoters])
            .Where(set => !set.IsEmpty);

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

    /// <summary>Reports a notable event, if there is a listener.</summary>
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

    private SimulatedReplica AddReplica(MemberId id, ClusterConfiguration bootstrap)
    {
        SimulatedReplica replica = new(this, NumberOf(id), id, bootstrap, _random.Fork(10 + id.Value));
        _replicas.Add(replica);
        return replica;
    }
}
