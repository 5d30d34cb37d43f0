namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>Faults on demand.</summary>
public sealed class ClusterFaultTests
{
    [Fact]
    [Trait("Scenario", "23")]
    public async Task A_majority_continues_without_the_rest_and_the_rest_catches_up()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(5);
        TestClusterMember old = cluster.Leader;
        TestClusterMember[] minority = [old, cluster.AnyFollower];
        TestClusterMember[] majority = [.. cluster.Members.Except(minority)];
        cluster.Partition(minority, majority);

        TestClusterMember next = await cluster.WaitForLeaderAsync();
        Assert.Contains(next, majority);
        await majority[0].Store.PutAsync("k", "new");
        Task<PutResult> lost = minority[1].Store.PutAsync("k", "lost").AsTask();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.False(lost.IsCompleted);

        cluster.Heal();
        PutResult carriedThrough = await cluster.RunUntilAsync(lost);
        await cluster.AssertReplicasAgreeAsync();
        Assert.Equal(carriedThrough.Revision, (await old.Store.GetAsync("k"))?.ModRevision);
    }

    [Fact]
    [Trait("Scenario", "16")]
    public async Task A_one_way_link_lets_the_cluster_find_a_leader_that_every_member_hears()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember leader = cluster.Leader;
        foreach (TestClusterMember follower in cluster.Followers)
        {
            cluster.Cut(leader, follower);
        }

        TestClusterMember next = await WaitForOtherLeaderAsync(cluster, leader);
        await cluster.RunUntilAsync(next.Store.PutAsync("k", "v"));
        cluster.Heal(leader, next);
        cluster.Heal();
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "14")]
    public async Task A_call_whose_leader_is_deposed_is_executed_once()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember app = cluster.AnyFollower;
        await app.Store.PutAsync("counter", "0");
        long before = app.Status.Revision;
        foreach (TestClusterMember member in cluster.Members)
        {
            member.Disk.Hold();
        }

        Task<PutResult> put = app.Store.PutAsync("counter", "1").AsTask();
        await cluster.AdvanceAsync(TimeSpan.Zero);
        Assert.False(put.IsCompleted);
        foreach (TestClusterMember member in cluster.Members)
        {
            member.Disk.Release();
        }

        await cluster.DeposeLeaderAsync();
        PutResult result = await cluster.RunUntilAsync(put);
        await cluster.AssertReplicasAgreeAsync();
        Assert.Equal(before + 1, result.Revision);
        Assert.Equal(2, (await app.Store.GetAsync("counter"))?.Version);
    }

    [Fact]
    public async Task Leadership_moves_where_the_test_wants_it()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember first = cluster.Leader;
        TestClusterMember second = await cluster.ChangeLeaderAsync();
        Assert.NotSame(first, second);
        Assert.Same(second, cluster.Leader);

        await cluster.TransferLeadershipAsync(first);
        Assert.Same(first, cluster.Leader);

        ulong term = first.Status.Term;
        TestClusterMember third = await cluster.DeposeLeaderAsync();
        Assert.NotSame(first, third);
        Assert.True(third.Status.Term > term);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Same(third, cluster.Leader);
        Assert.Single(cluster.Members, member => member.IsLeader);
    }

    [Fact]
    public async Task A_member_that_stops_hands_over_and_leaves_no_gap_in_leadership()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember leader = cluster.Leader;
        TimeSpan before = cluster.Time.Elapsed;

        await leader.StopAsync();
        await cluster.WaitForLeaderAsync();

        Assert.Equal((MemberState.Stopped, StoreState.Stopped), (leader.State, leader.Status.State));
        Assert.True(cluster.Time.Elapsed - before < TimeSpan.FromSeconds(10));
        await leader.StopAsync();
        await leader.CrashAsync();
        await leader.RestartAsync();
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "8")]
    public async Task A_paused_leader_is_replaced_and_serves_no_stale_read_when_it_resumes()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember paused = cluster.Leader;
        await paused.Store.PutAsync("k", "old");

        paused.Pause();
        TestClusterMember next = await cluster.WaitForLeaderAsync();
        Assert.NotSame(paused, next);
        await next.Store.PutAsync("k", "new");
        Task<KeyValue?> read = paused.Store.GetAsync("k").AsTask();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.False(read.IsCompleted);
        Assert.True(paused.Status.IsLeader);

        paused.Resume();
        Assert.Equal("new", (await cluster.RunUntilAsync(read))?.Value.ToString());
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "3")]
    public async Task A_crash_loses_what_the_disk_has_not_made_durable()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(1);
        TestClusterMember member = cluster.Leader;
        await member.Store.PutAsync("k", "durable");
        member.Disk.Hold();
        Task<PutResult> put = member.Store.PutAsync("k", "lost").AsTask();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.False(put.IsCompleted);

        await member.CrashAsync();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => put);
        member.Disk.Release();
        await member.RestartAsync();
        Assert.Equal("durable", (await cluster.RunUntilAsync(member.Store.GetAsync("k")))?.Value.ToString());
    }

    [Fact]
    public async Task A_slow_disk_and_a_slow_network_take_virtual_time()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TimeSpan write = TimeSpan.FromMilliseconds(7);
        TimeSpan way = TimeSpan.FromMilliseconds(10);
        foreach (TestClusterMember member in cluster.Members)
        {
            member.Disk.WriteDelay = write;
        }

        cluster.SetLinks(new LinkConditions { Latency = way });
        TimeSpan before = cluster.Time.Elapsed;
        await cluster.RunUntilAsync(cluster.Leader.Store.PutAsync("k", "v"));

        // The leader's disk and the network work in parallel; a follower replies when its own disk is done.
        Assert.Equal(way + write + way, cluster.Time.Elapsed - before);
    }

    [Fact]
    public async Task A_lossy_duplicating_and_reordering_network_costs_only_time()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        cluster.SetLinks(new LinkConditions
        {
            Jitter = TimeSpan.FromMilliseconds(50), LossProbability = 0.2, DuplicateProbability = 0.2,
        });
        long first = cluster.Leader.Status.Revision;
        for (int i = 1; i <= 30; i++)
        {
            PutResult put = await cluster.RunUntilAsync(cluster.Members[i % 3].Store.PutAsync("k", $"{i}"));
            Assert.Equal(first + i, put.Revision);
        }

        cluster.SetLinks(new LinkConditions());
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "38")]
    public async Task A_disk_fault_faults_the_member_until_it_is_restarted()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember broken = cluster.AnyFollower;
        broken.Disk.FailNextWrite();
        await cluster.Leader.Store.PutAsync("k", "v");
        await cluster.RunUntilAsync(() => broken.Status.State == StoreState.Faulted);

        await Assert.ThrowsAsync<ReplicaFaultedException>(async () => await broken.Store.GetAsync("k"));
        Assert.Contains("An injected fault", cluster.Describe(), StringComparison.Ordinal);
        await broken.RestartAsync();
        Assert.Equal("v", (await cluster.RunUntilAsync(broken.Store.GetAsync("k")))?.Value.ToString());
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task A_watch_continues_through_a_change_of_leader()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember app = cluster.AnyFollower;
        await using IAsyncEnumerator<WatchEvent> watch = app.Store.WatchAsync("k").GetAsyncEnumerator();
        for (int i = 0; i < 5; i++)
        {
            Task<bool> next = watch.MoveNextAsync().AsTask();
            await cluster.RunUntilAsync(cluster.Followers[^1].Store.PutAsync("k", $"{i}"));
            Assert.True(await cluster.RunUntilAsync(next));
            Assert.Equal($"{i}", watch.Current.KeyValue.Value.ToString());
            await (i % 2 == 0 ? cluster.DeposeLeaderAsync() : cluster.ChangeLeaderAsync());
        }
    }

    [Fact]
    public async Task A_member_that_was_away_for_long_catches_up_by_a_snapshot()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(
            3, o => o.ConfigureStore = store =>
            {
                store.SnapshotThresholdBytes = 1 << 20;
                store.RetainedLogBytes = 0;
                store.LogCacheBytes = 1 << 20;
            });
        TestClusterMember away = cluster.AnyFollower;
        await away.CrashAsync();
        for (int i = 0; i < 64; i++)
        {
            await cluster.RunUntilAsync(cluster.Leader.Store.PutAsync($"k{i}", new byte[64 << 10]));
        }

        await away.RestartAsync();
        await cluster.AssertReplicasAgreeAsync();
        Assert.True(away.Status.SnapshotIndex > 0);
    }

    [Fact]
    public async Task Replicas_that_hold_different_data_are_reported()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(1);
        await using ConsensusTestCluster other = await ConsensusTestCluster.StartAsync(1);
        await using ConsensusTestCluster three = await ConsensusTestCluster.StartAsync(3);
        await cluster.Leader.Store.PutAsync("k", "1");
        await other.Leader.Store.PutAsync("k", "2");
        Attach(three.Members[0], cluster);
        Attach(three.Members[1], cluster);
        Attach(three.Members[2], cluster);
        await three.AssertReplicasAgreeAsync();

        Attach(three.Members[2], other);
        ReplicasDisagreeException thrown =
            await Assert.ThrowsAsync<ReplicasDisagreeException>(() => three.AssertReplicasAgreeAsync());
        Assert.Contains("3 has hash", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Impossible_requests_are_refused()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        await cluster.Members[0].CrashAsync();

        Assert.Throws<InvalidOperationException>(() => cluster.Members[0].Pause());
        Assert.Throws<InvalidOperationException>(() => cluster.Members[0].Disk.FailNextWrite());
        Assert.Throws<ArgumentException>(() => cluster.Partition([0, 1], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cluster.Partition([0], [3]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => cluster.SetLinks(new LinkConditions { LossProbability = 1.5 }));
        await cluster.DisposeAsync();
        await cluster.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cluster.AdvanceAsync(TimeSpan.Zero));
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => ConsensusTestCluster.StartAsync(2));
    }

    private static async Task<TestClusterMember> WaitForOtherLeaderAsync(
        ConsensusTestCluster cluster, TestClusterMember old)
    {
        await cluster.RunUntilAsync(() => cluster.Members.Any(member => member != old && member.IsLeader));
        return cluster.Leader;
    }

    private static void Attach(TestClusterMember member, ConsensusTestCluster other) =>
        ((Testing.Clusters.MemberStore)member.Store).Attach((Testing.Clusters.MemberStore)other.Leader.Store);
}
