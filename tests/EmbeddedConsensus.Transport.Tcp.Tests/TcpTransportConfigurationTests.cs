using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

/// <summary>The transport is configured by a section of a configuration.</summary>
public sealed class TcpTransportConfigurationTests
{
    [Fact]
    public void Settings_are_bound_for_each_store_by_itself()
    {
        ServiceCollection services = new();
        services.AddConsensusStore().UseTcpTransport(SectionOf("IdleTimeout", "00:00:07"));
        services.AddConsensusStore("orders")
            .UseTcpTransport(SectionOf("ListenEndpoint", "*:7400"), options => options.NoDelay = false);
        using ServiceProvider provider = services.BuildServiceProvider();
        IOptionsMonitor<TcpTransportOptions> monitor =
            provider.GetRequiredService<IOptionsMonitor<TcpTransportOptions>>();

        Assert.Equal(TimeSpan.FromSeconds(7), monitor.CurrentValue.IdleTimeout);
        Assert.Null(monitor.CurrentValue.ListenEndpoint);
        Assert.Equal(("*:7400", false), (monitor.Get("orders").ListenEndpoint, monitor.Get("orders").NoDelay));
    }

    [Theory]
    [InlineData("IdleTimeout", "00:00:00", "Transport:IdleTimeout is 00:00:00. Use at least twice")]
    [InlineData("IdleTimeOutMs", "10", "Transport:IdleTimeOutMs is '10', and there is no such setting")]
    [InlineData("ListenEndpoint", "localhost", "Transport:ListenEndpoint is 'localhost'. Use host:port")]
    public void A_mistake_is_named_by_its_full_path(string key, string value, string message)
    {
        ServiceCollection services = new();
        services.AddConsensusStore().UseTcpTransport(SectionOf(key, value));
        using ServiceProvider provider = services.BuildServiceProvider();

        OptionsValidationException thrown = Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(thrown.Failures, failure => failure.StartsWith(message, StringComparison.Ordinal));
    }

    private static IConfigurationSection SectionOf(string key, string value) => new ConfigurationBuilder()
        .AddInMemoryCollection([new($"Transport:{key}", value)]).Build().GetSection("Transport");
}
