namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>The effect of time on a cluster, and the report of a wait that times out.</summary>
public sealed class ClusterTimeTests
{
    private static readonly TimeSpan RequestTimeout = new ConsensusStoreOptions().RequestTimeout;

    [Fact]
    public async Task Nothing_happens_while_time_stands_still()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        await cluster.Leader.CrashAsync();
        await cluster.AdvanceAsync(TimeSpan.Zero);

        Assert.Throws<InvalidOperationException>(() => cluster.Leader);
        Assert.All(cluster.Followers, follower => Assert.Equal(ReplicaRole.Follower, follower.Status.Role));
    }

    [Fact]
    public async Task Time_advances_by_exactly_the_requested_duration()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TimeSpan before = cluster.Time.Elapsed;
        ulong term = cluster.Leader.Status.Term;

        await cluster.AdvanceAsync(TimeSpan.FromTicks(123_456_789));

        Assert.Equal(TimeSpan.FromTicks(123_456_789), cluster.Time.Elapsed - before);
        Assert.Equal(term, cluster.Leader.Status.Term);
    }

    [Fact]
    public async Task A_call_of_a_minority_ends_at_the_request_timeout_and_not_before()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember cutOff = cluster.AnyFollower;
        cluster.Isolate(cutOff);

        Task<KeyValue?> read = cutOff.Store.GetAsync("k").AsTask();
        await cluster.AdvanceAsync(RequestTimeout - TimeSpan.FromMilliseconds(100));
        Assert.False(read.IsCompleted);
        await cluster.AdvanceAsync(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAsync<QuorumUnavailableException>(() => read);
    }

    [Fact]
    public async Task A_wait_that_times_out_reports_its_condition_its_duration_and_the_cluster()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember leader = cluster.Leader;
        cluster.Partition([0], [1], [2]);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
        TimeSpan before = cluster.Time.Elapsed;

        ClusterTimeoutException thrown = await Assert.ThrowsAsync<ClusterTimeoutException>(
            () => cluster.WaitForLeaderAsync(TimeSpan.FromSeconds(10)));

        Assert.Equal(TimeSpan.FromSeconds(10), cluster.Time.Elapsed - before);
        Assert.Contains("00:00:10", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("a member leads and a majority follows it", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("PreCandidate", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("cut links: 1 to 2, 1 to 3, 2 to 1, 2 to 3,", thrown.Message, StringComparison.Ordinal);
        Assert.False(leader.IsLeader);

        ClusterTimeoutException condition = await Assert.ThrowsAsync<ClusterTimeoutException>(
            () => cluster.RunUntilAsync(() => leader.IsLeader, TimeSpan.FromSeconds(1)));
        Assert.Contains("leader.IsLeader", condition.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_that_awaits_a_call_without_letting_time_pass_fails_with_an_explanation()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(
            3, o => o.StallLimit = TimeSpan.FromMilliseconds(100));
        cluster.Isolate(cluster.AnyFollower);

        ClusterTimeoutException thrown = await Assert.ThrowsAsync<ClusterTimeoutException>(
            async () => await cluster.AnyFollower.Store.PutAsync("k", "v"));

        Assert.Contains("RunUntilAsync", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_for_a_piece_that_hangs_reports_its_pending_calls()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(
            3, o => o.ConfigureStore = store => store.RequestTimeout = Timeout.InfiniteTimeSpan);
        cluster.Isolate(cluster.Members[2]);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(3));
        TimeSpan since = cluster.Time.Elapsed;

        ClusterTimeoutException thrown = await Assert.ThrowsAsync<ClusterTimeoutException>(() => cluster.RunUntilAsync(
            () => Task.WhenAll(
                Enumerable.Range(0, 7).Select(i => cluster.Members[2].Store.PutAsync("k", $"{i}").AsTask()))));
        Assert.Contains($"calls that wait: PutAsync since {since} at 3, ", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith("2 more at 3", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Enumerable.Range(0, 7)", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timers_of_the_app_fire_among_those_of_the_cluster()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        IKeyValueStore store = cluster.AnyFollower.Store;
        async Task<long> BeatAsync()
        {
            long revision = 0;
            for (int i = 0; i < 10; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cluster.Time);
                revision = (await store.PutAsync("beat", $"{i}")).Revision;
            }

            return revision;
        }

        TimeSpan before = cluster.Time.Elapsed;
        long last = await cluster.RunUntilAsync(BeatAsync());

        Assert.Equal(10, last - 1);
        Assert.InRange(cluster.Time.Elapsed - before, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.5));
    }

    [Fact]
    public async Task A_chain_of_calls_costs_no_virtual_time()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        IKeyValueStore store = cluster.AnyFollower.Store;
        TimeSpan before = cluster.Time.Elapsed;

        await cluster.RunUntilAsync(async () =>
        {
            Assert.Null(SynchronizationContext.Current);
            for (int i = 0; i < 200; i++)
            {
                await store.PutAsync("k", $"{i}");
                Assert.Equal($"{i}", (await store.GetAsync("k"))?.Value.ToString());
            }
        });

        Assert.Equal(before, cluster.Time.Elapsed);
        Assert.Equal(200, (await store.GetAsync("k"))?.Version);
    }

    [Fact]
    public async Task An_app_that_calls_without_a_pause_does_not_stop_the_clock()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        using CancellationTokenSource stop = new();
        async Task<int> WriteAsync(IKeyValueStore store)
        {
            int count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                await store.PutAsync("k", $"{count}").ConfigureAwait(false);
            }

            return count;
        }

        Task<int>[] writers = [.. cluster.Members.Select(member => Task.Run(() => WriteAsync(member.Store)))];
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        await stop.CancelAsync();

        int[] counts = await cluster.RunUntilAsync(Task.WhenAll(writers));
        Assert.All(counts, count => Assert.True(count > 0));
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task The_same_seed_yields_the_same_run()
    {
        string first = await RunAsync(seed: 7);
        string again = await RunAsync(seed: 7);
        string other = await RunAsync(seed: 8);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    private static async Task<string> RunAsync(ulong seed)
    {
        List<string> story = [];
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(5, o => o.Seed = seed);
        cluster.SetLinks(new LinkConditions
        {
            Latency = TimeSpan.FromMilliseconds(3),
            Jitter = TimeSpan.FromMilliseconds(30),
            LossProbability = 0.05,
            DuplicateProbability = 0.05,
        });
        for (int round = 0; round < 4; round++)
        {
            TestClusterMember victim = cluster.Leader;
            await victim.CrashAsync();
            await cluster.WaitForLeaderAsync();
            PutResult put = await cluster.RunUntilAsync(cluster.AnyFollower.Store.PutAsync($"k{round}", "v"));
            story.Add($"{put.Revision} {cluster.Describe()}");
            await victim.RestartAsync();
            cluster.Isolate(cluster.Members[round]);
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
            cluster.Heal();
            await cluster.WaitForLeaderAsync();
            story.Add(cluster.Describe());
        }

        await cluster.AssertReplicasAgreeAsync();
        return string.Join(Environment.NewLine, story);
    }
}
