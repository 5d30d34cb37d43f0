using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Network;
using EmbeddedConsensus.Tests.Replica;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

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

    [Fact]
    [Trait("Case", "T18")]
    public async Task A_member_that_doubts_the_end_of_its_log_shows_it()
    {
        InMemoryDisk disk = new();
        await using (InMemoryLogStorage log = new(disk))
        {
            await log.RecoverAsync();
            HardState state = new(1, MemberId.None, 0, new MemberId(1)) { IsInDoubt = true };
            await log.AppendAsync(new LogAppend[] { new(default, HardStateCodec.Encode(state)) });
        }

        await using ReplicaHost host = new(
            Options(), new ReplicaStorage(new InMemoryLogStorage(disk), new InMemorySnapshotStorage(disk)),
            context => new InMemoryNetwork().CreateTransport(
                context.MemberId, context.ClusterId, address: context.Address),
            TimeProvider.System, NullLogger.Instance);
        await host.StartAsync(CancellationToken.None);
        KeyValueStore store = new(host, Options());

        await Eventually.HoldsAsync(() => store.Status.IsInDoubt, "the status shows the doubt");
        HealthCheckResult health = await new ConsensusStoreHealthCheck(store, timeout: TimeSpan.FromMilliseconds(50))
            .CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("no vote", health.Description, StringComparison.Ordinal);
    }

    private static ConsensusStoreOptions Options()
    {
        ConsensusStoreOptions options = new() { MemberId = 1 };
        for (ulong id = 1; id <= 3; id++)
        {
            options.Members.Add(new MemberOptions { Id = id, Address = $"member-{id}" });
        }

        return options;
    }
}
