using EmbeddedConsensus.Tests.Replica;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Hosting;

public sealed class HealthTests
{
    [Fact]
    public async Task Stores_are_added_to_the_health_checks_of_a_host()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddConsensusStore();
        builder.Services.AddConsensusStore("orders");
        builder.Services.AddHealthChecks()
            .AddConsensusStore(tags: ["ready"])
            .AddConsensusStore(serviceKey: "orders", failureStatus: HealthStatus.Degraded);
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<IKeyValueStore>().WaitForReadyAsync();
        await host.Services.GetRequiredKeyedService<IKeyValueStore>("orders").WaitForReadyAsync();
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();

        HealthReport running = await health.CheckHealthAsync();
        HealthReport tagged = await health.CheckHealthAsync(registration => registration.Tags.Contains("ready"));
        await host.StopAsync();
        HealthReport stopped = await health.CheckHealthAsync();

        Assert.Equal(HealthStatus.Healthy, running.Status);
        Assert.Equal(["consensus-store", "consensus-store-orders"], running.Entries.Keys.Order());
        Assert.Equal(["consensus-store"], tagged.Entries.Keys);
        Assert.Equal(HealthStatus.Unhealthy, stopped.Entries["consensus-store"].Status);
        Assert.Equal(HealthStatus.Degraded, stopped.Entries["consensus-store-orders"].Status);
    }

    [Fact]
    [Trait("Case", "T18")]
    public async Task A_member_that_hears_its_leader_and_cannot_reach_it_is_unhealthy()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, options => options.RequestTimeout = TimeSpan.FromSeconds(1));
        int leader = await cluster.LeaderAsync();
        int follower = (leader + 1) % 3;
        await cluster.Store(follower).WaitForReadyAsync();
        ConsensusStoreHealthCheck check = new(cluster.Store(follower));
        cluster.Network.CutOneWay(TestCluster.IdOf(follower), TestCluster.IdOf(leader));

        HealthCheckResult cut = await check.CheckHealthAsync(new HealthCheckContext());
        cluster.Network.HealAll();
        await cluster.Store(follower).WaitForReadyAsync();
        HealthCheckResult healed = await check.CheckHealthAsync(new HealthCheckContext());

        Assert.Equal(HealthStatus.Unhealthy, cut.Status);
        Assert.IsType<QuorumUnavailableException>(cut.Exception);
        Assert.Equal(HealthStatus.Healthy, healed.Status);
    }

    [Theory]
    [InlineData(10, HealthStatus.Healthy)]
    [InlineData(11, HealthStatus.Degraded)]
    public async Task A_member_that_applies_with_a_lag_is_degraded(ulong lag, HealthStatus expected)
    {
        IKeyValueStore store = StoreStub.Create(new StoreStatus
        {
            Member = new MemberId(2), State = StoreState.Running, Role = ReplicaRole.Follower, Leader = new MemberId(1),
            Term = 1, LastIndex = 100, CommitIndex = 100, AppliedIndex = 100 - lag, SnapshotIndex = 0, Revision = 1,
            CompactRevision = 0, Voters = [], FormatVersion = 3,
        });

        HealthCheckResult health =
            await new ConsensusStoreHealthCheck(store, maxLag: 10).CheckHealthAsync(new HealthCheckContext());

        Assert.Equal(expected, health.Status);
    }
}
