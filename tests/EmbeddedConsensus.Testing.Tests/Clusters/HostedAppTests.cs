using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>Apps that are built by a host.</summary>
public sealed class HostedAppTests
{
    [Fact]
    public async Task An_app_uses_a_member_of_the_test_cluster_instead_of_its_own_replica()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        HostApplicationBuilder builder = Builder();
        builder.Services.AddConsensusStore().UseStorage(_ => throw new InvalidOperationException("not to be made"));

        builder.Services.UseTestClusterMember(cluster.Members[1]);
        using IHost host = builder.Build();
        await host.StartAsync();

        Assert.Same(cluster.Members[1].Store, host.Services.GetRequiredService<IKeyValueStore>());
        Assert.Same(cluster.Members[1].Maintenance, host.Services.GetRequiredService<IStoreMaintenance>());
        Assert.Same(cluster.Time, host.Services.GetRequiredService<TimeProvider>());
        await host.Services.GetRequiredService<IKeyValueStore>().PutAsync("k", "v");
        await host.StopAsync();
        Assert.Equal("v", (await cluster.Members[2].Store.GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    public async Task Each_store_of_an_app_can_have_its_own_cluster()
    {
        await using ConsensusTestCluster orders = await ConsensusTestCluster.StartAsync(3);
        HostApplicationBuilder builder = Builder();
        builder.Services.AddConsensusStore();
        builder.Services.AddConsensusStore("orders");

        builder.Services.UseTestClusterMember(orders.Members[0], "orders");
        using IHost host = builder.Build();
        await host.StartAsync();

        Assert.Same(orders.Members[0].Store, host.Services.GetRequiredKeyedService<IKeyValueStore>("orders"));
        Assert.NotSame(orders.Members[0].Store, host.Services.GetRequiredService<IKeyValueStore>());
        await host.StopAsync();
    }

    private static HostApplicationBuilder Builder() =>
        Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
}
