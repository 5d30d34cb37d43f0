using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Tests.Hosting;

public sealed class OptionsTests
{
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_stops_the_start_and_says_what_to_change(string part, Action<ConsensusStoreOptions> fault)
    {
        OptionsValidationException thrown = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(fault));

        Assert.Contains(thrown.Failures, failure => failure.Contains(part, StringComparison.Ordinal));
        Assert.All(thrown.Failures, failure => Assert.True(
            failure.StartsWith("ConsensusStoreOptions.", StringComparison.Ordinal)
                || failure.Contains("UseTcpTransport"),
            failure));
    }

    public static TheoryData<string, Action<ConsensusStoreOptions>> Faults() => new()
    {
        { "ClusterName is empty", options => options.ClusterName = " " },
        { "MemberId is 0", options => options.MemberId = 0 },
        { "Members has 2 entries", options => AddMembers(options, 1, 2) },
        { "does not list this member, 9", options => { options.MemberId = 9; AddMembers(options, 1, 2, 3); } },
        { "lists an id twice", options => AddMembers(options, 1, 2, 2) },
        { "Members[0].Id is missing or 0", options => AddMembers(options, 0, 1, 2) },
        { "Members[2].Address is ''", options => { AddMembers(options, 1, 2); Add(options, 3, ""); } },
        {
            "Members[2].Address is 'a b'. Use the host:port",
            options => { AddMembers(options, 1, 2); Add(options, 3, "a b"); }
        },
        { "at most 1024 bytes", options => { AddMembers(options, 1, 2); Add(options, 3, new string('a', 1025)); } },
        { "only this member's own address, host-0:1", options => Join(options, "host-0:1") },
        { "lists an address twice", options => { AddMembers(options, 1, 2); Add(options, 3, "HOST-1:1"); } },
        { "HeartbeatInterval", options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(1) },
        {
            "Use at least 5 times HeartbeatInterval",
            options => options.ElectionTimeout = TimeSpan.FromMilliseconds(300)
        },
        { "Use at most 00:01:00", options => options.ElectionTimeout = TimeSpan.FromHours(1) },
        { "RequestTimeout", options => options.RequestTimeout = TimeSpan.FromMilliseconds(10) },
        { "LeadershipTransferTimeout", options => options.LeadershipTransferTimeout = TimeSpan.FromSeconds(-1) },
        { "LinearizableReadMode is 7", options => options.LinearizableReadMode = (LinearizableReadMode)7 },
        { "MaxClockDrift is 0.", options => options.MaxClockDrift = 0 },
        { "MaxClockDrift is 0.6", options => options.MaxClockDrift = 0.6 },
        { "MaxClockDrift is NaN", options => options.MaxClockDrift = double.NaN },
        { "MaxRequestBytes", options => options.MaxRequestBytes = 10 },
        { "MaxTxnOperations", options => options.MaxTxnOperations = 0 },
        { "MaxPendingRequests", options => options.MaxPendingRequests = 0 },
        { "WhenFull is 7", options => options.WhenFull = (WhenFull)7 },
        { "MaxWaitingRequests is 0", options => options.MaxWaitingRequests = 0 },
        { "MaxWatchBytes is 1.", options => options.MaxWatchBytes = 1 },
        { "SnapshotThresholdBytes", options => options.SnapshotThresholdBytes = 1 },
        { "RetainedLogBytes is -1", options => options.RetainedLogBytes = -1 },
        { "LogCacheBytes", options => options.LogCacheBytes = 1 },
        { "MaxFormatVersion", options => options.MaxFormatVersion = 99 },
        { "Call UseTcpTransport()", options => AddMembers(options, 1, 2, 3) },
    };

    [Fact]
    public async Task Several_stores_live_in_one_process_under_keys()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddConsensusStore("orders", options => options.MaxRequestBytes = 2048);
        builder.Services.AddConsensusStore("users");
        using IHost host = builder.Build();
        await host.StartAsync();
        IKeyValueStore orders = host.Services.GetRequiredKeyedService<IKeyValueStore>("orders");
        IKeyValueStore users = host.Services.GetRequiredKeyedService<IKeyValueStore>("users");
        await orders.WaitForReadyAsync();
        await users.WaitForReadyAsync();

        await orders.PutAsync("k", "order");
        await users.PutAsync("k", new byte[4096]);

        Assert.Equal("order", (await orders.GetAsync("k"))?.Value.ToString());
        Assert.Equal(4096, (await users.GetAsync("k"))?.Value.Length);
        await Assert.ThrowsAsync<InvalidRequestException>(async () => await orders.PutAsync("k", new byte[4096]));
        await host.StopAsync();
    }

    private static async Task StartAsync(Action<ConsensusStoreOptions> configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddConsensusStore(configure);
        using IHost host = builder.Build();
        await host.StartAsync();
    }

    private static void Join(ConsensusStoreOptions options, string address)
    {
        options.AdvertisedAddress = "host-0:1";
        options.JoinAddresses.Add(address);
    }

    private static void AddMembers(ConsensusStoreOptions options, params int[] ids)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            Add(options, (ulong)ids[i], $"host-{i}:1");
        }
    }

    private static void Add(ConsensusStoreOptions options, ulong id, string address) =>
        options.Members.Add(new MemberOptions { Id = id, Address = address });
}
