using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>When a store starts and stops beside the other services of a host.</summary>
public sealed class HostOrderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_that_was_registered_first_uses_the_store_in_its_start_and_in_its_stop(bool isConcurrent)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.Configure<HostOptions>(options =>
            options.ServicesStartConcurrently = options.ServicesStopConcurrently = isConcurrent);
        builder.Services.AddSingleton<Caller>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Caller>());
        builder.Services.AddConsensusStore();
        using IHost host = builder.Build();
        Caller caller = host.Services.GetRequiredService<Caller>();

        await host.StartAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, caller.StartedAt);

        await host.StopAsync();
        Assert.Equal(3, caller.StoppedAt);
        Assert.Equal(StoreState.Stopped, host.Services.GetRequiredService<IKeyValueStore>().Status.State);
    }

    [Fact]
    public async Task A_host_that_knows_of_no_more_than_start_and_stop_is_served_too()
    {
        ServiceCollection services = new();
        services.AddConsensusStore();
        await using ServiceProvider provider = services.BuildServiceProvider();
        IHostedService service = Assert.Single(provider.GetServices<IHostedService>());
        IKeyValueStore store = provider.GetRequiredService<IKeyValueStore>();

        await service.StartAsync(CancellationToken.None);
        await store.WaitForReadyAsync();
        await store.PutAsync("k", "v");
        await service.StopAsync(CancellationToken.None);

        Assert.Equal(StoreState.Stopped, store.Status.State);
    }

    private sealed class Caller(IServiceProvider services) : IHostedService
    {
        public long StartedAt { get; private set; }

        public long StoppedAt { get; private set; }

        private IKeyValueStore Store => services.GetRequiredService<IKeyValueStore>();

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await Store.WaitForReadyAsync(cancellationToken);
            StartedAt = (await Store.PutAsync("started", "yes", cancellationToken: cancellationToken)).Revision;
        }

        public async Task StopAsync(CancellationToken cancellationToken) =>
            StoppedAt = (await Store.PutAsync("stopped", "yes", cancellationToken: cancellationToken)).Revision;
    }
}
