using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Testing.Clusters;

namespace EmbeddedConsensus.Testing;

/// <summary>A member of a <see cref="ConsensusTestCluster"/>: a real replica, with the store that an app would use
/// beside it, and what can happen to its process.</summary>
public sealed class TestClusterMember
{
    private const int MaxCallsTold = 5;

    private readonly ConsensusTestCluster _cluster;
    private readonly StallGuard _calls;
    private readonly MemberStore _store;
    private readonly MemberClusterManager _manager;
    private readonly MemberLeaseManager _leases;
    private MemberLife? _life;
    private ulong _lives;
    private int _moves;

    internal TestClusterMember(ConsensusTestCluster cluster, int index, MemberRole? joinsAs)
    {
        _cluster = cluster;
        Index = index;
        Id = new MemberId((ulong)index + 1);
        Disk = new MemberDisk(cluster.Time);
        JoinsAs = joinsAs;
        _calls = new StallGuard(cluster.Time, cluster.Options.StallLimit, cluster.Describe);
        _store = new MemberStore(_calls);
        _manager = new MemberClusterManager(_calls);
        _leases = new MemberLeaseManager(_calls);
    }

    /// <summary>Its place among <see cref="ConsensusTestCluster.Members"/>, from 0.</summary>
    public int Index { get; }

    /// <summary>Its id: <see cref="Index"/> + 1.</summary>
    public MemberId Id { get; }

    /// <summary>The store that an app beside this member uses. It stays the same when the member is restarted; while
    /// the member is down its calls fail with <see cref="StoreStoppedException"/>.</summary>
    public IKeyValueStore Store => _store;

    /// <summary>The maintenance of the store.</summary>
    public IStoreMaintenance Maintenance => _store;

    /// <summary>The leases, as an app beside this member uses them. Stays the same when the member is restarted; the
    /// leases that the member held are lost then.</summary>
    public ILeaseManager Leases => _leases;

    /// <summary>The membership of the cluster, as an app beside this member sees and changes it. Stays the same when
    /// the member is restarted.</summary>
    public IClusterManager ClusterManager => _manager;

    /// <summary>The disk, with its faults.</summary>
    public MemberDisk Disk { get; }

    /// <summary>Where the others find it: for a <see cref="MemberEndpoint"/> that
    /// <see cref="ClusterManager"/> asks for.</summary>
    public string Address => _moves == 0 ? $"member-{Id}" : $"member-{Id}-moved-{_moves}";

    /// <summary>The calls of the app that wait at this member, for people.</summary>
    internal IReadOnlyList<string> WaitingCalls => _calls.Describe(MaxCallsTold);

    /// <summary>What it asks to be when its disk is empty; null for one of those that the cluster begins
    /// with.</summary>
    internal MemberRole? JoinsAs { get; }

    /// <summary>What it is in the cluster, as far as it knows; null when it knows itself as no member.</summary>
    internal MemberRole? Role => Status.Membership?.Find(Id)?.Role;

    /// <summary>The clock of the cluster.</summary>
    internal VirtualTimeProvider Time => _cluster.Time;

    /// <summary>What the test has done with it.</summary>
    public MemberState State { get; private set; } = MemberState.Stopped;

    /// <summary>What the replica says of itself; of one that is down, what it said last.</summary>
    public StoreStatus Status => _store.Status;

    /// <summary>Whether it runs and believes that it leads. Two members can, for a while, when one of them is cut off:
    /// <see cref="ConsensusTestCluster.Leader"/> is the one that is right.</summary>
    public bool IsLeader => IsServing && Status.IsLeader;

    /// <summary>Whether it runs, and its replica takes part.</summary>
    internal bool IsServing => State == MemberState.Running && Status.State == StoreState.Running;

    /// <summary>Ends the member's process without notice to the others. What its disk has not made durable is lost;
    /// calls that are under way end with an exception.</summary>
    /// <returns>Completes when nothing of it is left. Does nothing when the member is down.</returns>
    public async Task CrashAsync()
    {
        if (_life is not { } life)
        {
            return;
        }

        _cluster.Clock.LetReplicasRest();
        State = MemberState.Crashed;
        _cluster.Turns.SetMode(life.Schedule, ScheduleMode.Crashed);
        Disk.CutPower();
        await life.Host.DisposeAsync().ConfigureAwait(false);
        End();
    }

    /// <summary>Stops the member in an orderly way, as its host would: it hands over leadership, lets its calls end and
    /// closes. Virtual time passes meanwhile. A paused member is resumed first.</summary>
    /// <param name="limit">How much virtual time it may take; null for the cluster's
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>Completes when nothing of it is left. Does nothing when the member is down.</returns>
    /// <exception cref="ClusterTimeoutException">It took longer than the limit: calls of it are still
    /// waiting.</exception>
    public async Task StopAsync(TimeSpan? limit = null)
    {
        if (_life is not { } life)
        {
            return;
        }

        Resume();
        using CancellationTokenSource abandon = new();
        // A piece of its own: while it hands over and closes, time stands still between its steps.
        Task stopping = _cluster.Run(() => life.Host.StopAsync(abandon.Token));
        try
        {
            await _cluster.RunUntilAsync(stopping, limit).ConfigureAwait(false);
        }
        catch (ClusterTimeoutException)
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            await stopping.ConfigureAwait(false);
            throw;
        }
        finally
        {
            State = MemberState.Stopped;
            End();
        }
    }

    /// <summary>Starts the member again on what its disk holds. One that runs crashes first. It takes part at once; to
    /// catch up it may need time: <see cref="ConsensusTestCluster.WaitForConvergenceAsync"/>.</summary>
    public async Task RestartAsync()
    {
        await CrashAsync().ConfigureAwait(false);
        await StartAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Starts the member again on its disk, at an address that the others do not know, like a container that
    /// was moved. It announces the address as time passes. A running member crashes first.</summary>
    public async Task RestartElsewhereAsync()
    {
        await CrashAsync().ConfigureAwait(false);
        _moves++;
        await StartAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Stops the member's threads where they are, as a debugger, a long collection of garbage or a stopped
    /// virtual machine does. The others are not notified; messages for it pile up. Its calls wait and do not time out,
    /// but a
    /// serializable read is served, because the caller's own thread does it.</summary>
    /// <exception cref="InvalidOperationException">The member is down.</exception>
    public void Pause()
    {
        if (_life is not { } life)
        {
            throw new InvalidOperationException($"Member {Id} is {State}. Only a running member can be paused.");
        }

        _cluster.Clock.LetReplicasRest();
        _cluster.Turns.SetMode(life.Schedule, ScheduleMode.Paused);
        State = MemberState.Paused;
    }

    /// <summary>Resumes a paused member. Does nothing when it is not paused.</summary>
    public void Resume()
    {
        if (State == MemberState.Paused)
        {
            _cluster.Turns.SetMode(_life!.Schedule, ScheduleMode.Running);
            State = MemberState.Running;
        }
    }

    /// <summary>The member's id and what was done with it.</summary>
    public override string ToString() => $"member {Id} ({State})";

    /// <summary>Begins a life.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        ConsensusStoreOptions options = _cluster.StoreOptions(this);
        MemberSchedule schedule = new(_cluster.Turns, Id, _cluster.SeedFor(Id, ++_lives));
        ReplicaHost host = new(
            options,
            Disk.Open(),
            context => _cluster.Network.CreateTransport(Id, context.ClusterId, context.Address),
            _cluster.Time,
            _cluster.Options.LoggerFactory.CreateLogger($"EmbeddedConsensus.Replica.{Id}"),
            schedule);
        _life = new MemberLife(host, schedule);
        KeyValueStore store = new(host, options);
        _store.Attach(store);
        _leases.Attach(new LeaseManager(host, store, options));
        _manager.Attach(new ClusterManager(host, host.Membership.Changes, host.Completion));
        State = MemberState.Running;
        try
        {
            await _cluster.Turns.StartAsync(() => host.StartAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch
        {
            await CrashAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void End()
    {
        Disk.Closed();
        _life = null;
    }
}
