using System.Text;
using Microsoft.Extensions.Configuration;
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
    }

    public static TheoryData<string, Action<ConsensusStoreOptions>> Faults() => new()
    {
        { "ClusterName is empty", options => options.ClusterName = " " },
        { "MemberId is 0", options => options.MemberId = 0 },
        { "Members has 2 entries", options => AddMembers(options, 1, 2) },
        { "does not list this member, 9", options => { options.MemberId = 9; AddMembers(options, 1, 2, 3); } },
        { "lists an id twice", options => AddMembers(options, 1, 2, 2) },
        { "lists the id 0", options => AddMembers(options, 0, 1, 2) },
        { "without an address", options => { AddMembers(options, 1, 2); options.Members.Add(new MemberEndpoint(new MemberId(3), "")); } },
        { "has blanks or is too long", options => { AddMembers(options, 1, 2); options.Members.Add(new MemberEndpoint(new MemberId(3), "a b")); } },
        { "at most 1024 bytes", options => { AddMembers(options, 1, 2); options.Members.Add(new MemberEndpoint(new MemberId(3), new string('a', 1025))); } },
        { "only this member's own address, host-0:1", options => Join(options, "host-0:1") },
        { "lists an address twice", options => { AddMembers(options, 1, 2); options.Members.Add(new MemberEndpoint(new MemberId(3), "HOST-1:1")); } },
        { "HeartbeatInterval", options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(1) },
        { "Use at least 5 times HeartbeatInterval", options => options.ElectionTimeout = TimeSpan.FromMilliseconds(300) },
        { "at most a minute", options => options.ElectionTimeout = TimeSpan.FromHours(1) },
        { "RequestTimeout", options => options.RequestTimeout = TimeSpan.FromMilliseconds(10) },
        { "LeadershipTransferTimeout", options => options.LeadershipTransferTimeout = TimeSpan.FromSeconds(-1) },
        { "LinearizableReads is 7", options => options.LinearizableReads = (LinearizableReadMode)7 },
        { "MaxClockDrift is 0.", options => options.MaxClockDrift = 0 },
        { "MaxClockDrift is 0.6", options => options.MaxClockDrift = 0.6 },
        { "MaxClockDrift is NaN", options => options.MaxClockDrift = double.NaN },
        { "MaxRequestBytes", options => options.MaxRequestBytes = 10 },
        { "MaxTxnOperations", options => options.MaxTxnOperations = 0 },
        { "MaxWaitingRequests", options => options.MaxWaitingRequests = 0 },
        { "SnapshotLogBytes", options => options.SnapshotLogBytes = 1 },
        { "SnapshotKeepEntries", options => options.SnapshotKeepEntries = -1 },
        { "LogCacheBytes", options => options.LogCacheBytes = 1 },
        { "MaxFormatVersion", options => options.MaxFormatVersion = 4 },
        { "call UseTcpTransport()", options => AddMembers(options, 1, 2, 3) },
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

    [Fact]
    public void Options_are_bound_from_a_configuration_with_their_members()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(
            """
            {
              "MemberId": 16,
              "ElectionTimeout": "00:00:02",
              "Members": [
                { "Id": 16, "Address": "host-16:1" },
                { "Id": "18446744073709551615", "Address": "host-17:1" },
                { "Id": 9, "Address": "host-9:1" }
              ]
            }
            """))).Build();

        ConsensusStoreOptions options = new();
        configuration.Bind(options);

        Assert.Equal((16UL, TimeSpan.FromSeconds(2)), (options.MemberId, options.ElectionTimeout));
        Assert.Equal(
            [
                new MemberEndpoint(new MemberId(16), "host-16:1"),
                new MemberEndpoint(new MemberId(ulong.MaxValue), "host-17:1"),
                new MemberEndpoint(new MemberId(9), "host-9:1"),
            ],
            options.Members);
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
            options.Members.Add(new MemberEndpoint(new MemberId((ulong)ids[i]), $"host-{i}:1"));
        }
    }
}
