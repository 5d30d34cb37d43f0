using EmbeddedConsensus.Tests.Replica;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmbeddedConsensus.Tests.Hosting;

public sealed class CallTests
{
    [Fact]
    public async Task Bad_requests_are_refused_with_the_argument_at_fault()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);

        Assert.Equal("key", (await Refused(() => store.PutAsync("", "v").AsTask())).ParamName);
        Assert.Equal("key", (await Refused(() => store.GetAsync("").AsTask())).ParamName);
        Assert.Equal("range", (await Refused(() => store.RangeAsync("").AsTask())).ParamName);
        Assert.Equal("range", (await Refused(() => store.DeleteAsync("").AsTask())).ParamName);
        Assert.Equal("options", (await Refused(
            () => store.GetAsync("k", new ReadOptions { Revision = -1 }).AsTask())).ParamName);
        Assert.Equal("options", (await Refused(
            () => store.RangeAsync("k", new RangeOptions { Limit = -1 }).AsTask())).ParamName);
        Assert.Equal("options", (await Refused(
            () => store.RangeAsync("k", new RangeOptions { SortTarget = (SortTarget)77 }).AsTask())).ParamName);
        Assert.Equal("revision", (await Refused(() => store.CompactAsync(0).AsTask())).ParamName);
        Assert.Equal("options", Assert.Throws<InvalidRequestException>(
            () => store.WatchAsync("k", new WatchOptions { StartRevision = -1 })).ParamName);
        Assert.Equal("request", (await Refused(() => store.PutAsync("k", new byte[2 << 20]).AsTask())).ParamName);
        Assert.Equal(1, store.Status.Revision);
    }

    [Fact]
    [Trait("Scenario", "45")]
    public async Task Revisions_outside_the_history_are_refused_and_the_edges_are_not()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        for (int i = 2; i <= 6; i++)
        {
            await store.PutAsync("k", $"{i}");
        }

        await store.CompactAsync(4);

        Assert.Equal("4", (await store.GetAsync("k", new ReadOptions { Revision = 4 }))?.Value.ToString());
        Assert.Equal("6", (await store.GetAsync("k", new ReadOptions { Revision = 6 }))?.Value.ToString());
        CompactedException compacted = await Assert.ThrowsAsync<CompactedException>(
            async () => await store.GetAsync("k", new ReadOptions { Revision = 3 }));
        Assert.Equal((3, 4), (compacted.RequestedRevision, compacted.CompactRevision));
        await Assert.ThrowsAsync<FutureRevisionException>(
            async () => await store.RangeAsync("k", new RangeOptions { Revision = 7 }));
        await Assert.ThrowsAsync<CompactedException>(async () => await store.CompactAsync(4));
        await Assert.ThrowsAsync<FutureRevisionException>(async () => await store.CompactAsync(7));
        await Assert.ThrowsAsync<CompactedException>(async () => await cluster.Maintenance(0).HashAsync(3));
        Assert.Equal(4, store.Status.CompactRevision);
    }

    [Fact]
    public async Task Without_a_majority_calls_end_and_say_whether_anything_was_executed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, options => options.RequestTimeout = TimeSpan.FromSeconds(1));
        int leader = await cluster.LeaderAsync();
        await cluster.Store(leader).PutAsync("k", "v");
        foreach (int other in Enumerable.Range(0, 3).Where(i => i != leader))
        {
            await cluster.KillAsync(other);
        }

        // The leader takes the first write into its log, and learns later that nobody follows.
        await Assert.ThrowsAsync<OutcomeUnknownException>(async () => await cluster.Store(leader).PutAsync("k", "w"));
        await Eventually.HoldsAsync(() => cluster.Store(leader).Status.Leader.IsNone, "the leader steps down");
        await Assert.ThrowsAsync<QuorumUnavailableException>(
            async () => await cluster.Store(leader).PutAsync("k", "x"));
        await Assert.ThrowsAsync<QuorumUnavailableException>(async () => await cluster.Store(leader).GetAsync("k"));
        KeyValue? local = await cluster.Store(leader).GetAsync(
            "k", new ReadOptions { Consistency = Consistency.Serializable });
        Assert.Equal("v", local?.Value.ToString());
        HealthCheckResult health = await new ConsensusStoreHealthCheck(cluster.Store(leader))
            .CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
    }

    [Fact]
    public async Task A_cancelled_write_has_an_unknown_outcome_and_a_cancelled_read_is_cancelled()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        foreach (int other in Enumerable.Range(0, 3).Where(i => i != leader))
        {
            cluster.Network.Cut(TestCluster.IdOf(leader), TestCluster.IdOf(other));
        }

        using CancellationTokenSource cancelled = new();
        ulong lastIndex = cluster.Store(leader).Status.LastIndex;
        Task write = cluster.Store(leader).PutAsync("k", "v", cancellationToken: cancelled.Token).AsTask();
        Task read = cluster.Store(leader).GetAsync("k", cancellationToken: cancelled.Token).AsTask();
        await Eventually.HoldsAsync(
            () => cluster.Store(leader).Status.LastIndex > lastIndex, "the leader has the write in its log");
        await cancelled.CancelAsync();

        WriteCanceledException unknown = await Assert.ThrowsAsync<WriteCanceledException>(() => write);
        Assert.True(unknown.MayHaveExecuted);
        Assert.Equal(cancelled.Token, unknown.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await cluster.Store(leader).PutAsync("k", "w", cancellationToken: cancelled.Token));

        // The cancelled write may run, once; the one that was cancelled before it began may not.
        cluster.Network.HealAll();
        await cluster.Store(leader).PutAsync("other", "x");
        RangeResult all = await cluster.Store(leader).RangeAsync(KeyRange.All);
        Assert.DoesNotContain(all.Items, item => item.Value == "w");
        Assert.True(all.Revision is 2 or 3);
    }

    [Fact]
    public async Task Too_many_waiting_writes_are_turned_away_and_the_rest_goes_through()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, options => options.MaxPendingRequests = 8);
        int leader = await cluster.LeaderAsync();
        int lonely = (leader + 1) % 3;
        foreach (int other in Enumerable.Range(0, 3).Where(i => i != lonely))
        {
            cluster.Network.Cut(TestCluster.IdOf(lonely), TestCluster.IdOf(other));
        }

        await Eventually.HoldsAsync(() => cluster.Store(lonely).Status.Leader.IsNone, "the lonely member has no "
            + "leader");
        Task<PutResult>[] writes =
            [.. Enumerable.Range(0, 20).Select(i => cluster.Store(lonely).PutAsync($"{i}", "v").AsTask())];
        await Eventually.HoldsAsync(() => writes.Count(write => write.IsFaulted) == 12, "twelve are turned away");
        Assert.All(writes.Where(write => write.IsFaulted),
            write => Assert.IsType<TooManyRequestsException>(write.Exception!.InnerException));

        cluster.Network.HealAll();
        await Task.WhenAll(writes.Where(write => !write.IsFaulted)).WaitAsync(TimeSpan.FromMinutes(1));
        RangeResult all = await cluster.Store(leader).RangeAsync(KeyRange.All);
        Assert.Equal(8, all.Count);
    }

    [Fact]
    public async Task Leadership_is_handed_to_the_member_that_is_named()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        int next = (leader + 1) % 3;

        await cluster.Maintenance(leader).TransferLeadershipAsync(TestCluster.IdOf(next));

        Assert.Equal(next, await cluster.LeaderAsync());
        await Assert.ThrowsAsync<NotLeaderException>(
            async () => await cluster.Maintenance(leader).TransferLeadershipAsync(TestCluster.IdOf(leader)));
        await Assert.ThrowsAsync<InvalidRequestException>(
            async () => await cluster.Maintenance(next).TransferLeadershipAsync(new MemberId(99)));
    }

    private static Task<InvalidRequestException> Refused(Func<Task> call) =>
        Assert.ThrowsAsync<InvalidRequestException>(call);
}
