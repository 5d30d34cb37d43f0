using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Clusters;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Testing;

/// <summary>
/// A cluster in memory for the tests of an app: real replicas on virtual time, with partitions, crashes and leader
/// changes on demand.
/// </summary>
/// <remarks>
/// <para>Time stands still until the test lets it pass, with <see cref="AdvanceAsync"/>, or with one of the methods
/// that wait. Calls to a healthy cluster need no time. The threads of all replicas take turns, in an order that depends
/// on the seed and on the calls alone: a test does not depend on the speed of the machine.</para>
/// <para>A fault comes when the replicas have done what they can do at that instant. To have it come in the middle of
/// a call, give the call something to wait for: a <see cref="MemberDisk.WriteDelay"/>, a
/// <see cref="LinkConditions.Latency"/>.</para>
/// <para>Clusters share nothing, so that tests may run side by side.</para>
/// </remarks>
public sealed partial class ConsensusTestCluster : IAsyncDisposable
{
    // Between two hashes an app may compact, so that one replica is asked before and another after it.
    private const int MaxComparisons = 3;

    private readonly int _founders;
    private volatile TestClusterMember[] _members;
    private int _isDisposed;

    private ConsensusTestCluster(int members, ConsensusTestClusterOptions options)
    {
        Options = options;
        Network = new ClusterNetwork(Time, options.Seed);
        Clock = new ClusterClock(Time, Turns, Describe);
        _founders = members;
        _members = [.. Enumerable.Range(0, members).Select(index => new TestClusterMember(this, index, joinsAs: null))];
    }

    /// <summary>The clock of the cluster. Give it to the app, so that it lives in the same time.</summary>
    public VirtualTimeProvider Time { get; } = new();

    /// <summary>The members, by index. New ones come after the others; a member that was removed
    /// keeps its index.</summary>
    public IReadOnlyList<TestClusterMember> Members => _members;

    /// <summary>How the cluster was set up.</summary>
    internal ConsensusTestClusterOptions Options { get; }

    /// <summary>The turns of all replicas.</summary>
    internal TurnQueue Turns { get; } = new();

    /// <summary>The network.</summary>
    internal ClusterNetwork Network { get; }

    /// <summary>Moves <see cref="Time"/>.</summary>
    internal ClusterClock Clock { get; }

    /// <summary>Starts a cluster and waits until it has a leader.</summary>
    /// <param name="members">How many members it begins with: 1, 3, 5 or 7.</param>
    /// <param name="configure">Sets the cluster's options.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OptionsValidationException">The options of the store are not valid.</exception>
    public static async Task<ConsensusTestCluster> StartAsync(
        int members = 3,
        Action<ConsensusTestClusterOptions>? configure = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(members);
        ConsensusTestClusterOptions options = new();
        configure?.Invoke(options);
        options.Validate();
        ConsensusTestCluster cluster = new(members, options);
        try
        {
            foreach (TestClusterMember member in cluster.Members)
            {
                await member.StartAsync(cancellationToken).ConfigureAwait(false);
            }

            await cluster.WaitForLeaderAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts a new member, with an empty disk. It joins by itself as time passes, as it does in production:
    /// it asks any of the others to take it in. Needs no time, so that faults can meet it on the way.</summary>
    /// <param name="role">What it asks to be: <see cref="MemberRole.Voter"/> or
    /// <see cref="MemberRole.Learner"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The role is neither of the two.</exception>
    public async Task<TestClusterMember> StartMemberAsync(MemberRole role = MemberRole.Voter)
    {
        if (role is not (MemberRole.Voter or MemberRole.Learner))
        {
            throw new ArgumentOutOfRangeException(nameof(role), role, "A member joins as a voter or as a learner.");
        }

        ThrowIfDisposed();
        Clock.LetReplicasRest();
        TestClusterMember member = new(this, _members.Length, role);
        _members = [.. _members, member];
        await member.StartAsync(CancellationToken.None).ConfigureAwait(false);
        return member;
    }

    /// <summary>Adds a member: starts it and lets time pass until it belongs to the cluster and has caught
    /// up.</summary>
    /// <param name="role">What it is to be: <see cref="MemberRole.Voter"/> or <see cref="MemberRole.Learner"/>.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The member, the last of <see cref="Members"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The role is neither of the two.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> AddMemberAsync(
        MemberRole role = MemberRole.Voter, TimeSpan? limit = null)
    {
        TestClusterMember member = await StartMemberAsync(role).ConfigureAwait(false);
        await WaitForRoleAsync(member, role, limit).ConfigureAwait(false);
        if (role == MemberRole.Learner)
        {
            // The leader sees it with the next heartbeat; a promotion before that is refused.
            await WaitForConvergenceAsync(limit).ConfigureAwait(false);
            await AdvanceAsync(StoreOptions(member).HeartbeatInterval).ConfigureAwait(false);
        }

        return member;
    }

    /// <summary>Removes a member for good and lets time pass until that is done. It may be down. One that runs stops by
    /// itself when it learns of it: its <see cref="StoreStatus.State"/> is then
    /// <see cref="StoreState.Removed"/>.</summary>
    /// <param name="member">The member.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <exception cref="MembershipChangeRefusedException">The leader refuses.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task RemoveMemberAsync(TestClusterMember member, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(member);
        await RunUntilAsync(
            AnyBut(member).ClusterManager.RemoveMemberAsync(member.Id), limit, $"{member} is removed")
            .ConfigureAwait(false);
    }

    /// <summary>Puts a new member in the place of a voter, in one step, and lets time pass until it votes. The old one
    /// may be down; it is removed.</summary>
    /// <param name="member">The member that leaves.</param>
    /// <param name="limit">How much virtual time each of the two steps may take; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The new member, the last of <see cref="Members"/>.</returns>
    /// <exception cref="MembershipChangeRefusedException">The leader refuses.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> ReplaceMemberAsync(TestClusterMember member, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(member);

        // Its vote is not its own to ask for: it comes with the other's leaving.
        TestClusterMember next = await StartMemberAsync(MemberRole.Learner).ConfigureAwait(false);
        await RunUntilAsync(
            AnyBut(member).ClusterManager.ReplaceMemberAsync(member.Id, new MemberEndpoint(next.Id, next.Address)),
            limit,
            $"{next} takes the place of {member}").ConfigureAwait(false);
        await WaitForRoleAsync(next, MemberRole.Voter, limit).ConfigureAwait(false);
        return next;
    }

    /// <summary>Lets time pass until every running member has applied what any of them has committed. A member that is
    /// cut off never will.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public Task WaitForConvergenceAsync(TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        RunUntilAsync(
            () => ReplicaComparison.HasConverged(_members), limit, "every running member has applied what is committed",
            cancellationToken);

    /// <summary>Checks that all running members hold the same data with the same history, at the newest revision. Waits
    /// for lagging members; members that are down, paused or faulted are ignored.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ReplicasDisagreeException">Their data differs.</exception>
    /// <exception cref="ClusterTimeoutException">A member did not catch up within the limit.</exception>
    public async Task AssertReplicasAgreeAsync(TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        ReplicaComparison? comparison = null;
        for (int i = 0; i < MaxComparisons && comparison is not { DiffersInCompaction: false }; i++)
        {
            await WaitForConvergenceAsync(limit, cancellationToken).ConfigureAwait(false);
            comparison = await ReplicaComparison.TakeAsync(_members, cancellationToken).ConfigureAwait(false);
        }

        if (!comparison!.AreEqual)
        {
            throw new ReplicasDisagreeException($"{comparison}{Environment.NewLine}{Describe()}");
        }
    }

    /// <summary>The state of the cluster as text: the time, the members and which of them belong to it, the cut links,
    /// the calls of the app that wait, and the tasks started by <see cref="Run(Func{Task}, string?)"/> that have
    /// failed.
    /// It is part of the message of every <see cref="ClusterTimeoutException"/>.</summary>
    public string Describe() => ClusterDescription.Of(this, _appFailures.All);

    /// <summary>Ends every member and frees everything. Ending twice is fine.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Clock.Dispose();
            foreach (TestClusterMember member in Members)
            {
                await member.CrashAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The options of a member's store.</summary>
    internal ConsensusStoreOptions StoreOptions(TestClusterMember member) =>
        MemberOptions.Of(member, _members, _founders, Options.ConfigureStore);

    /// <summary>The seed of a member's life.</summary>
    internal ulong SeedFor(MemberId member, ulong life) =>
        new DeterministicRandom(Options.Seed ^ (member.Value << 32) ^ (life << 48)).NextUInt64();

    private TestClusterMember AnyBut(TestClusterMember member) =>
        ClusterLeadership.FindLeader(_members) is { } leader && leader != member
            ? leader
            : _members.FirstOrDefault(other => other != member && other.IsServing) ?? member;

    /// <summary>Waits until a member knows that it is what it was to be, or that it never will.</summary>
    private async Task WaitForRoleAsync(TestClusterMember member, MemberRole role, TimeSpan? limit)
    {
        await RunUntilAsync(
            () => !member.IsServing || member.Role == role, limit, $"{member} belongs to the cluster as a {role}")
            .ConfigureAwait(false);
        if (member.Status.Fault is { } fault)
        {
            throw fault;
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
