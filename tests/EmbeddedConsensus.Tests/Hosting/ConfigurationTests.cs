using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>A store is configured by a section of a configuration.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void Every_kind_of_setting_is_bound_members_included()
    {
        ConsensusStoreOptions options = OptionsOf(
            """
            {
              "MemberId": 16,
              "ElectionTimeout": "00:00:02",
              "LinearizableReadMode": "LeaderLease",
              "MaxClockDrift": 0.2,
              "RetainedLogBytes": 12345678901,
              "Members": [
                { "Id": 16, "Address": "host-16:1" },
                { "Id": "18446744073709551615", "Address": "host-17:1" },
                { "Id": 9, "Address": "host-9:1" }
              ],
              "Storage": { "Directory": "elsewhere" }
            }
            """);

        Assert.Equal(
            (16UL, TimeSpan.FromSeconds(2), 0.2),
            (options.MemberId, options.ElectionTimeout, options.MaxClockDrift));
        Assert.Equal(LinearizableReadMode.LeaderLease, options.LinearizableReadMode);
        Assert.Equal(12_345_678_901, options.RetainedLogBytes);
        Assert.Equal(
            [(16UL, "host-16:1"), (ulong.MaxValue, "host-17:1"), (9UL, "host-9:1")],
            options.Members.Select(member => (member.Id, member.Address)));
    }

    [Theory]
    [Trait("Case", "T10")]
    [InlineData("""{ "Members": [{ "MemberId": 1, "Address": "a:1" }] }""",
        "Store:Members:0:MemberId is '1', and there is no such setting")]
    [InlineData("""{ "Members": [{ "MemberId": 1, "Address": "a:1" }] }""", "Store:Members:0:Id is missing or 0")]
    [InlineData("""{ "Members": [{ "Id": 1 }] }""", "Store:Members:0:Address is ''")]
    [InlineData("""{ "Members": [{ "Id": 1, "Address": "a:1", "Port": 2 }] }""", "Store:Members:0:Port is '2'")]
    [InlineData("""{ "Members": "a:1,b:1" }""", "Store:Members is 'a:1,b:1'. Make it a list")]
    [InlineData("""{ "ElectionTimeOutMs": 10 }""", "Store:ElectionTimeOutMs is '10', and there is no such setting")]
    [InlineData("""{ "MaxPendingRequests": 0 }""", "Store:MaxPendingRequests is 0. Use at least 1.")]
    public async Task A_mistake_stops_the_start_and_is_named_by_its_full_path(string json, string message)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddConsensusStore(SectionOf(json));
        using IHost host = builder.Build();

        OptionsValidationException thrown =
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(thrown.Failures, failure => failure.StartsWith(message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_value_of_the_wrong_kind_is_named_by_its_full_path()
    {
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(
            () => OptionsOf("""{ "ElectionTimeout": "soon" }"""));

        Assert.Contains("Store:ElectionTimeout", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_keyed_store_has_options_of_its_name_and_the_pipeline_applies()
    {
        ServiceCollection services = new();
        services.AddConsensusStore(
            "orders", SectionOf("""{ "MaxTxnOperations": 7 }"""), options => options.MemberId = 3);
        services.AddConsensusStore(SectionOf("""{ "MaxTxnOperations": 9 }"""));
        services.PostConfigure<ConsensusStoreOptions>("orders", options => options.ClusterName = "late");
        using ServiceProvider provider = services.BuildServiceProvider();
        IOptionsMonitor<ConsensusStoreOptions> monitor =
            provider.GetRequiredService<IOptionsMonitor<ConsensusStoreOptions>>();

        ConsensusStoreOptions orders = monitor.Get("orders");
        Assert.Equal((7, 3UL, "late"), (orders.MaxTxnOperations, orders.MemberId, orders.ClusterName));
        Assert.Equal(9, monitor.CurrentValue.MaxTxnOperations);
    }

    [Fact]
    public void A_whole_configuration_holds_the_environments_keys_too_and_is_accepted()
    {
        IConfiguration root = new ConfigurationBuilder().AddInMemoryCollection(
            [new("PATH", "/bin"), new("MaxTxnOperations", "5")]).Build();
        ServiceCollection services = new();
        services.AddConsensusStore(root);
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(5, provider.GetRequiredService<IOptions<ConsensusStoreOptions>>().Value.MaxTxnOperations);
    }

    private static ConsensusStoreOptions OptionsOf(string json)
    {
        ServiceCollection services = new();
        services.AddConsensusStore(SectionOf(json));
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<ConsensusStoreOptions>>().Value;
    }

    private static IConfigurationSection SectionOf(string json) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Store": {{json}} }""")))
        .Build().GetSection("Store");
}
