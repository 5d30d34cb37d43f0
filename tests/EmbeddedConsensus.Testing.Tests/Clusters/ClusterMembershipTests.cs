namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>Changes of the membership of a test cluster.</summary>
public sealed class ClusterMembershipTests
{
    [Fact]
    [Trait("Scenario", "32")]
    public async Task A_change_that_a_leader_began_before_it_lost_the_lead_has_an_unknown_outcome()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(
            3, options => options.ConfigureStore = static store =>
            {
                // The leader loses contact while the first reply is outstanding.
                store.HeartbeatInterval = TimeSpan.FromMilliseconds(50);
                store.ElectionTimeout = TimeSpan.FromMilliseconds(500);
            });
        TestClusterMember leader = cluster.Leader;
        foreach (TestClusterMember follower in cluster.Followers)
        {
            await follower.CrashAsync();
        }

        Task<ClusterMembership> adding = leader.ClusterManager
            .AddMemberAsync(new MemberEndpoint(new MemberId(4), "member-4"), MemberRole.Learner).AsTask();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => cluster.RunUntilAsync(adding));

        Assert.False(leader.IsLeader);
    }

    [Fact]
    [Trait("Scenario", "32")]
    public async Task A_cluster_grows_from_one_to_five_and_shrinks_back_while_writes_run()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(1);
        TestClusterMember first = cluster.Leader;
        using CancellationTokenSource stop = new();
        Task<int> writing = WriteAsync(cluster, () => cluster.Members[^1], stop.Token);

        for (int size = 2; size <= 5; size++)
        {
            TestClusterMember added = await cluster.AddMemberAsync();
            Assert.Same(added, cluster.Members[size - 1]);
            Assert.Equal(size, (await MembershipAsync(cluster, first)).Members.Count(IsVoter));
        }

        await cluster.AssertReplicasAgreeAsync();
        for (int size = 4; size >= 1; size--)
        {
            await cluster.RemoveMemberAsync(cluster.Members[4 - size]);
            await cluster.RunUntilAsync(() => cluster.Members[4 - size].Status.State == StoreState.Removed);
            Assert.Equal(size, (await MembershipAsync(cluster, cluster.Members[4])).Members.Count);
        }

        await stop.CancelAsync();
        int written = await cluster.RunUntilAsync(writing);
        Assert.Same(cluster.Members[4], cluster.Leader);
        KeyValue? last = await cluster.RunUntilAsync(cluster.Leader.Store.GetAsync("counter"));
        Assert.Equal((written, $"{written}"), (last?.Version, last?.Value.ToString()));
    }

    [Fact]
    public async Task A_learner_receives_everything_and_votes_once_it_is_promoted()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        await cluster.Leader.Store.PutAsync("k", "v");

        TestClusterMember learner = await cluster.AddMemberAsync(MemberRole.Learner);
        Assert.Equal("v", (await cluster.RunUntilAsync(learner.Store.GetAsync("k")))?.Value.ToString());
        Assert.Equal(ReplicaRole.Learner, learner.Status.Role);
        Assert.Contains("4 (Learner)", cluster.Describe(), StringComparison.Ordinal);

        ClusterMembership after = await cluster.RunUntilAsync(learner.ClusterManager.PromoteMemberAsync(learner.Id));
        Assert.Equal(4, after.Members.Count(IsVoter));
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "31")]
    public async Task A_removed_member_reports_its_removal_even_if_it_was_away()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember present = cluster.Leader;
        TestClusterMember away = cluster.Followers[1];
        await away.CrashAsync();
        await cluster.AddMemberAsync();

        await cluster.RemoveMemberAsync(away);
        await away.RestartAsync();
        await cluster.RunUntilAsync(() => away.Status.State == StoreState.Removed);
        await Assert.ThrowsAsync<MemberRemovedException>(async () => await away.Store.GetAsync("k"));

        await cluster.RemoveMemberAsync(present);
        await cluster.RunUntilAsync(() => present.Status.State == StoreState.Removed);
        Assert.Equal(MemberState.Running, present.State);
        await Assert.ThrowsAsync<MemberRemovedException>(async () => await present.Store.PutAsync("k", "v"));
        Assert.Contains("Removed", cluster.Describe(), StringComparison.Ordinal);
        await cluster.WaitForLeaderAsync();
        await cluster.RunUntilAsync(cluster.AnyFollower.Store.PutAsync("k", "v"));
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "31")]
    public async Task A_member_that_lost_its_disk_is_refused_and_its_replacement_is_added()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember lost = cluster.AnyFollower;
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Throws<InvalidOperationException>(lost.Disk.Erase);
        await lost.CrashAsync();
        lost.Disk.Erase();

        await lost.RestartAsync();
        await cluster.RunUntilAsync(() => lost.Status.State == StoreState.Removed);
        Assert.IsType<MemberRefusedException>(lost.Status.Fault);

        TestClusterMember next = await cluster.ReplaceMemberAsync(lost);
        ClusterMembership membership = await MembershipAsync(cluster, next);
        Assert.Null(membership.Find(lost.Id));
        Assert.Equal(3, membership.Members.Count(IsVoter));
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task A_joiner_that_lost_its_disk_is_refused_too()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember joiner = await cluster.AddMemberAsync();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
        await joiner.CrashAsync();
        joiner.Disk.Erase();

        await joiner.RestartAsync();
        await cluster.RunUntilAsync(() => joiner.Status.State == StoreState.Removed);
        Assert.IsType<MemberRefusedException>(joiner.Status.Fault);
    }

    [Fact]
    public async Task A_dead_leader_is_replaced_immediately()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember dead = cluster.Leader;
        await dead.Store.PutAsync("k", "v");
        await dead.CrashAsync();

        TestClusterMember next = await cluster.ReplaceMemberAsync(dead);
        Assert.Equal("v", (await cluster.RunUntilAsync(next.Store.GetAsync("k")))?.Value.ToString());
        Assert.Equal(3, (await MembershipAsync(cluster, next)).Members.Count);

        // The new one counts: without one of the two old ones there is still a majority.
        await cluster.Members.First(member => member != dead && member != next).CrashAsync();
        await cluster.WaitForLeaderAsync();
        await cluster.RunUntilAsync(next.Store.PutAsync("k", "w"));
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task A_joining_member_waits_for_a_partition_to_heal_and_is_added()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        cluster.Partition([0], [1], [2]);

        TestClusterMember joiner = await cluster.StartMemberAsync();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Null(joiner.Role);
        ClusterTimeoutException told = await Assert.ThrowsAsync<ClusterTimeoutException>(
            () => cluster.AddMemberAsync(limit: TimeSpan.FromSeconds(1)));
        Assert.Contains("belongs to the cluster as a Voter", told.Message, StringComparison.Ordinal);

        cluster.Heal();
        await cluster.RunUntilAsync(() => joiner.Role == MemberRole.Voter);
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task A_member_that_returns_at_a_new_address_announces_it()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember moved = cluster.AnyFollower;
        string before = moved.Address;
        await cluster.Leader.Store.PutAsync("k", "v");

        await moved.RestartElsewhereAsync();
        await cluster.RunUntilAsync(
            () => cluster.Leader.Status.Membership?.Find(moved.Id)?.Address == moved.Address);
        Assert.NotEqual(before, moved.Address);
        Assert.Equal("v", (await cluster.RunUntilAsync(moved.Store.GetAsync("k")))?.Value.ToString());

        // All at once: no member is at its former address.
        foreach (TestClusterMember member in cluster.Members)
        {
            await member.RestartElsewhereAsync();
        }

        await cluster.WaitForLeaderAsync();
        await cluster.RunUntilAsync(cluster.AnyFollower.Store.PutAsync("k", "w"));
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task A_refusal_of_the_leader_reaches_the_caller()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(1);
        MembershipChangeRefusedException thrown = await Assert.ThrowsAsync<MembershipChangeRefusedException>(
            () => cluster.RemoveMemberAsync(cluster.Leader));
        Assert.Equal(MembershipRefusal.LastVoter, thrown.Reason);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cluster.AddMemberAsync(MemberRole.Outgoing));
    }

    [Fact]
    public async Task The_same_seed_yields_the_same_changes()
    {
        string first = await RunAsync();
        Assert.Equal(first, await RunAsync());

        static async Task<string> RunAsync()
        {
            await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3, o => o.Seed = 5);
            cluster.SetLinks(new LinkConditions
            {
                Latency = TimeSpan.FromMilliseconds(2), Jitter = TimeSpan.FromMilliseconds(20), LossProbability = 0.05,
            });
            TestClusterMember fourth = await cluster.AddMemberAsync();
            await cluster.RemoveMemberAsync(cluster.Leader);
            await cluster.WaitForLeaderAsync();
            await cluster.ReplaceMemberAsync(fourth);
            await cluster.WaitForConvergenceAsync();
            return cluster.Describe();
        }
    }

    private static bool IsVoter(ClusterMemberInfo member) => member.Role == MemberRole.Voter;

    private static async Task<ClusterMembership> MembershipAsync(
        ConsensusTestCluster cluster, TestClusterMember member) =>
        await cluster.RunUntilAsync(member.ClusterManager.GetMembershipAsync());

    /// <summary>Counts up at the requested member, and retries where the member has gone.</summary>
    private static async Task<int> WriteAsync(
        ConsensusTestCluster cluster, Func<TestClusterMember> member, CancellationToken stop)
    {
        int count = 0;
        while (!stop.IsCancellationRequested)
        {
            count++;
            await member().Store.PutAsync("counter", $"{count}", cancellationToken: CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(50), cluster.Time, CancellationToken.None);
        }

        return count;
    }
}
