using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>A store uses the system's clock unless another one is chosen for it.</summary>
[Trait("Case", "T19")]
public sealed class ClockTests
{
    [Fact]
    public async Task A_clock_among_the_services_is_not_used()
    {
        StoppedClock clock = new();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddConsensusStore();
        using IHost host = builder.Build();

        await host.StartAsync();
        await host.Services.GetRequiredService<IKeyValueStore>().PutAsync("k", "v");
        await host.StopAsync();

        Assert.Equal(0, clock.Readings);
    }

    [Fact]
    public async Task A_chosen_clock_is_used()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<RunningClock>();
        builder.Services.AddConsensusStore()
            .UseTimeProvider(services => services.GetRequiredService<RunningClock>());
        using IHost host = builder.Build();

        await host.StartAsync();
        await host.Services.GetRequiredService<IKeyValueStore>().PutAsync("k", "v");
        await host.StopAsync();

        Assert.True(host.Services.GetRequiredService<RunningClock>().Readings > 0);
    }

    private sealed class StoppedClock : TimeProvider
    {
        private int _readings;

        public int Readings => Volatile.Read(ref _readings);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _readings);
            return 0;
        }
    }

    private sealed class RunningClock : TimeProvider
    {
        private int _readings;

        public int Readings => Volatile.Read(ref _readings);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _readings);
            return base.GetTimestamp();
        }
    }
}
