namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>A member that is stuck for long does not hold up the others.</summary>
public sealed class AvailabilityTests
{
    [Fact]
    [Trait("Scenario", "18")]
    public async Task Writes_continue_while_the_disk_of_the_leader_hangs_and_a_member_that_can_write_takes_over()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember leader = cluster.Leader;
        TestClusterMember app = cluster.AnyFollower;
        leader.Disk.Hold();

        // The followers are a majority without the leader's own copy.
        for (int i = 0; i < 10; i++)
        {
            await cluster.RunUntilAsync(app.Store.PutAsync("k", $"{i}"));
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.NotSame(leader, cluster.Leader);
        leader.Disk.Release();
        await cluster.AssertReplicasAgreeAsync();
        Assert.Equal("9", (await leader.Store.GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    [Trait("Scenario", "19")]
    public async Task A_member_that_cannot_write_wins_no_election_however_often_it_tries()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(5);
        TestClusterMember broken = cluster.AnyFollower;
        broken.Disk.Hold();

        // While no writes happen, its in-memory log is as good as any: it would win about every fourth election.
        for (int round = 0; round < 12; round++)
        {
            TestClusterMember next = await cluster.DeposeLeaderAsync();
            Assert.NotSame(broken, next);
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await cluster.RunUntilAsync(cluster.Leader.Store.PutAsync("k", "v"));

        // Not even when it is the only candidate: its own vote is not on its disk.
        foreach (TestClusterMember member in cluster.Members)
        {
            if (member != broken)
            {
                await member.StopAsync();
            }
        }

        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.False(broken.IsLeader);
        broken.Disk.Release();
        foreach (TestClusterMember member in cluster.Members)
        {
            if (member != broken)
            {
                await member.RestartAsync();
            }
        }

        await cluster.WaitForLeaderAsync();
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "24")]
    public async Task A_follower_that_was_paused_for_many_elections_disturbs_no_leader_when_it_resumes()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember leader = cluster.Leader;
        TestClusterMember paused = cluster.AnyFollower;
        ulong term = leader.Status.Term;
        for (int round = 0; round < 3; round++)
        {
            paused.Pause();
            await cluster.AdvanceAsync(20 * new ConsensusStoreOptions().ElectionTimeout);
            await cluster.RunUntilAsync(leader.Store.PutAsync("k", $"{round}"));
            paused.Resume();
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
            Assert.Equal($"{round}", (await cluster.RunUntilAsync(paused.Store.GetAsync("k")))?.Value.ToString());
        }

        Assert.Same(leader, cluster.Leader);
        Assert.Equal(term, leader.Status.Term);
    }

    [Fact]
    [Trait("Scenario", "24")]
    public async Task A_leader_that_snapshots_sends_and_compacts_much_at_once_stays_leader()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3, options =>
            options.ConfigureStore = store =>
            {
                store.SnapshotThresholdBytes = 1 << 20;
                store.LogCacheBytes = 1 << 20;
                store.RetainedLogBytes = 0;
            });
        TestClusterMember leader = cluster.Leader;
        TestClusterMember late = cluster.AnyFollower;
        ulong term = leader.Status.Term;
        await late.CrashAsync();
        long revision = 0;
        for (int i = 0; i < 256; i++)
        {
            revision = (await cluster.RunUntilAsync(leader.Store.PutAsync($"key-{i % 16}", new byte[32 << 10])))
                .Revision;
        }

        await cluster.RunUntilAsync(() => leader.Status.SnapshotIndex > 0, null, "the leader has a snapshot");
        cluster.SetLinks(new LinkConditions { Latency = TimeSpan.FromMilliseconds(200) });
        await late.RestartAsync();
        await cluster.RunUntilAsync(leader.Store.CompactAsync(revision).AsTask());
        await cluster.RunUntilAsync(
            () => late.Status.CompactRevision == revision, TimeSpan.FromMinutes(5), "the late member has caught up");

        Assert.True(late.Status.SnapshotIndex > 0);
        Assert.Equal((leader, term), (cluster.Leader, leader.Status.Term));
        cluster.SetLinks(new LinkConditions());
        await cluster.AssertReplicasAgreeAsync();
    }
}
