using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedConsensus.Tests.Hosting;

public sealed class RegistrationTests
{
    [Fact]
    public void A_second_store_without_a_key_is_refused_when_it_is_added_and_told_to_take_one()
    {
        ServiceCollection services = new();
        services.AddConsensusStore();
        services.AddConsensusStore("orders");

        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => services.AddConsensusStore());

        Assert.Contains("without a key", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("AddConsensusStore(\"key\"", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_store_with_one_key_is_refused_when_it_is_added()
    {
        ServiceCollection services = new();
        services.AddConsensusStore("orders");
        services.AddConsensusStore("users");
        services.AddConsensusStore();

        InvalidOperationException thrown =
            Assert.Throws<InvalidOperationException>(() => services.AddConsensusStore("orders"));

        Assert.Contains("'orders'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_two_stores_log_can_be_told_apart()
    {
        Categories categories = new();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
        });
        builder.Logging.AddProvider(categories);
        builder.Services.AddConsensusStore();
        builder.Services.AddConsensusStore("orders");
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();

        Assert.Contains("EmbeddedConsensus.Replica", categories.Names);
        Assert.Contains("EmbeddedConsensus.Replica.orders", categories.Names);
    }

    private sealed class Categories : ILoggerProvider
    {
        public ConcurrentBag<string> Names { get; } = [];

        public ILogger CreateLogger(string categoryName)
        {
            Names.Add(categoryName);
            return NullLogger.Instance;
        }

        public void Dispose()
        {
            // The names outlive the host.
        }
    }
}
