namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>The life cycle of a test cluster, and the calls to it.</summary>
public sealed class ClusterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task One_line_starts_a_cluster_whose_calls_need_no_time(int members)
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(members);
        TimeSpan started = cluster.Time.Elapsed;

        foreach (TestClusterMember member in cluster.Members)
        {
            await member.Store.PutAsync($"key-{member.Id}", "value");
            foreach (TestClusterMember reader in cluster.Members)
            {
                Assert.Equal("value", (await reader.Store.GetAsync($"key-{member.Id}"))?.Value.ToString());
            }
        }

        Assert.Equal(started, cluster.Time.Elapsed);
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task A_crashed_leader_is_replaced_and_returns_with_every_acknowledged_write()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember old = cluster.Leader;
        await old.Store.PutAsync("a", "1");

        await old.CrashAsync();
        TestClusterMember next = await cluster.WaitForLeaderAsync();
        Assert.NotSame(old, next);
        await next.Store.PutAsync("b", "2");
        await Assert.ThrowsAsync<StoreStoppedException>(async () => await old.Store.GetAsync("a"));

        await old.RestartAsync();
        Assert.Equal("1", (await cluster.RunUntilAsync(old.Store.GetAsync("a")))?.Value.ToString());
        Assert.Equal("2", (await old.Store.GetAsync("b"))?.Value.ToString());
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task Fifty_clusters_start_and_stop_one_after_the_other()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3, o => o.Seed = seed);
            await cluster.AnyFollower.Store.PutAsync("k", "v");
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_disposed_cluster_leaves_no_timers_running()
    {
        ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        Task<KeyValue?> read = cluster.Members[0].Store.GetAsync("k").AsTask();
        cluster.Members[1].Pause();
        cluster.Members[2].Disk.Hold();
        await cluster.DisposeAsync();

        await Record.ExceptionAsync(() => read);
        Assert.True(read.IsCompleted);
        Assert.False(cluster.Time.AdvanceToNext(cluster.Time.GetUtcNow() + TimeSpan.FromDays(1)));
        Assert.All(cluster.Members, member => Assert.Equal(StoreState.Stopped, member.Status.State));
        await Assert.ThrowsAsync<StoreStoppedException>(async () => await cluster.Members[0].Store.GetAsync("k"));
    }
}
