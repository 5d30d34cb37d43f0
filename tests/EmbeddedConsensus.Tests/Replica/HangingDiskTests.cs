using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A disk that stops answering, which no error reports.</summary>
public sealed class HangingDiskTests
{
    [Fact]
    [Trait("Scenario", "18")]
    [Trait("Case", "P1")]
    public async Task A_leader_whose_flush_hangs_hands_over_and_comes_back_when_the_disk_does()
    {
        HangingLogStorage[] logs = new HangingLogStorage[3];
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, wrapLog: (member, inner) => logs[member] = new HangingLogStorage(inner));
        int index = await cluster.LeaderAsync();
        int other = (index + 1) % 3;
        MemberId hanging = cluster.Store(index).Status.Member;
        await cluster.Store(other).PutAsync("before", "1");

        logs[index].Hang();
        try
        {
            await cluster.Store(other).PutAsync("during", "2");
            await Eventually.HoldsAsync(
                () => cluster.Store(other).Status.Leader is { IsNone: false } leader && leader != hanging,
                "another member leads");
            await cluster.Store(other).PutAsync("after", "3");
        }
        finally
        {
            logs[index].Resume();
        }

        Assert.Equal("3", (await cluster.Store(index).GetAsync("after"))?.Value.ToString());
        await cluster.AssertEqualAsync();
    }

    [Fact]
    [Trait("Case", "T18")]
    public async Task A_member_whose_disk_hangs_is_unhealthy_from_its_first_write_until_the_disk_answers()
    {
        HangingLogStorage? log = null;
        await using TestCluster cluster = await TestCluster.StartAsync(
            1, wrapLog: (_, inner) => log = new HangingLogStorage(inner));
        IKeyValueStore store = cluster.Store(0);
        ConsensusStoreHealthCheck check = new(store, timeout: TimeSpan.FromMilliseconds(400));

        log!.Hang();
        HealthStatus idle = await CheckAsync(check);
        Task write = store.PutAsync("k", "v").AsTask();
        await Eventually.HoldsAsync(
            () => store.Status.StalledFor >= TimeSpan.FromMilliseconds(400), "the write has waited");
        HealthStatus hanging = await CheckAsync(check);

        // A member whose disk hangs cannot be closed, so nothing is asserted before.
        log.Resume();
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy), (idle, hanging));
        await write;
        await Eventually.HoldsAsync(() => store.Status.StalledFor == TimeSpan.Zero, "nothing waits");
        Assert.Equal(HealthStatus.Healthy, await CheckAsync(check));
    }

    private static async Task<HealthStatus> CheckAsync(ConsensusStoreHealthCheck check) =>
        (await check.CheckHealthAsync(new HealthCheckContext())).Status;
}
