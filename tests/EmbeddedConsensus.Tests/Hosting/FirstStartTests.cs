using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Network;
using EmbeddedConsensus.Tests.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>Settings that make a first start dangerous are refused or reported.</summary>
public sealed class FirstStartTests
{
    [Fact]
    [Trait("Case", "T10")]
    public async Task A_member_with_a_transport_and_no_member_named_founds_nothing()
    {
        using LogRecorder log = new();
        using IHost host = HostOf(log, null, disk: new InMemoryDisk());

        MemberRefusedException refused = await Assert.ThrowsAsync<MemberRefusedException>(() => host.StartAsync());

        Assert.Contains("JoinAddresses", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "T29")]
    public async Task A_transport_over_storage_in_memory_is_warned_of()
    {
        using LogRecorder log = new();
        using IHost host = HostOf(log, "member-1", disk: null);

        await host.StartAsync();
        await host.StopAsync();

        Assert.Equal(1, log.Take()["StorageIsVolatile"]);
    }

    [Fact]
    [Trait("Case", "T29")]
    public async Task A_transport_over_a_disk_is_not_warned_of()
    {
        using LogRecorder log = new();
        using IHost host = HostOf(log, "member-1", disk: new InMemoryDisk());

        await host.StartAsync();
        await host.StopAsync();

        Assert.DoesNotContain("StorageIsVolatile", log.Take().Keys);
    }

    private static IHost HostOf(LogRecorder log, string? address, InMemoryDisk? disk)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<ILoggerFactory>(log);
        InMemoryNetwork network = new();
        IConsensusStoreBuilder store = builder.Services
            .AddConsensusStore(options => options.AdvertisedAddress = address)
            .UseTransport((_, context) => network.CreateTransport(context.MemberId, context.ClusterId));
        if (disk is not null)
        {
            store.UseStorage(_ => new ReplicaStorage(
                new InMemoryLogStorage(disk), new InMemorySnapshotStorage(disk)));
        }

        return builder.Build();
    }
}
