namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>How the pieces of an app take turns with the replicas.</summary>
public sealed class AppTurnTests
{
    [Fact]
    public async Task A_piece_of_the_app_returns_its_result()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);

        long revision = await cluster.RunUntilAsync(
            async () => (await cluster.Leader.Store.PutAsync("k", "v")).Revision);

        Assert.Equal(revision, cluster.Leader.Status.Revision);
    }

    [Fact]
    public async Task Concurrent_pieces_interleave_in_the_same_way_in_every_run()
    {
        string first = await RaceAsync();
        Assert.Equal(first, await RaceAsync());
        Assert.Equal(first, await RaceAsync());
        Assert.Contains("0 1 2", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_piece_that_blocks_its_thread_on_a_call_gets_the_result_without_virtual_time()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        IKeyValueStore store = cluster.AnyFollower.Store;
        TimeSpan before = cluster.Time.Elapsed;

        await cluster.RunUntilAsync(async () =>
        {
            await store.PutAsync("k", "1");
            for (int i = 0; i < 3; i++)
            {
#pragma warning disable xUnit1031 // The test is about blocking.
                Assert.Equal("1", store.GetAsync("k").AsTask().GetAwaiter().GetResult()?.Value.ToString());
#pragma warning restore xUnit1031
            }

            await store.PutAsync("k", "2");
        });

        Assert.Equal(before, cluster.Time.Elapsed);
        Assert.Equal("2", (await store.GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    public async Task A_piece_that_blocks_after_a_timer_gets_its_result()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        await cluster.RunUntilAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cluster.Time);
#pragma warning disable xUnit1031 // The test is about blocking.
            cluster.AnyFollower.Store.PutAsync("k", "1").AsTask().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
            cluster.Isolate(cluster.Leader);
        });
        await cluster.WaitForLeaderAsync();
        Assert.Equal("1", (await cluster.RunUntilAsync(cluster.AnyFollower.Store.GetAsync("k")))?.Value.ToString());
    }

    [Fact]
    public async Task A_piece_that_fails_in_the_background_is_reported()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        Task piece = cluster.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cluster.Time);
            throw new InvalidOperationException("the dog ate it");
        });

        ClusterTimeoutException thrown = await Assert.ThrowsAsync<ClusterTimeoutException>(
            () => cluster.RunUntilAsync(() => cluster.Leader.Status.Revision > 100));
        Assert.Contains("calls that wait: none", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("a task of the app has failed: async () =>", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith("InvalidOperationException: the dog ate it", thrown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => piece);
    }

    [Fact]
    public async Task A_piece_may_inject_faults()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        await cluster.RunUntilAsync(async () =>
        {
            TestClusterMember old = cluster.Leader;
            await old.Store.PutAsync("k", "1");
            cluster.Isolate(old);
            TestClusterMember next = await cluster.WaitForLeaderAsync();
            await next.Store.PutAsync("k", "2");
            cluster.Heal();
            old.Pause();
            old.Resume();
            await old.CrashAsync();
            await old.RestartAsync();
            Assert.Equal("2", (await cluster.RunUntilAsync(old.Store.GetAsync("k")))?.Value.ToString());
        });
        await cluster.AssertReplicasAgreeAsync();
    }

    private static async Task<string> RaceAsync()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        List<int> order = [];
        await cluster.RunUntilAsync(() => Task.WhenAll(Enumerable.Range(0, 3).Select(async piece =>
        {
            IKeyValueStore store = cluster.Members[piece].Store;
            for (int i = 0; i < 20; i++)
            {
                await store.PutAsync($"k{piece}", $"{i}");
                order.Add(piece);
                await store.GetAsync($"k{(piece + i) % 3}");
            }
        })));
        Assert.Equal(60, order.Count);
        return string.Join(' ', order);
    }
}
