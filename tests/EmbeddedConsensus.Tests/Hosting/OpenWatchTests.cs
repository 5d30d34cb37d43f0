using EmbeddedConsensus.Tests.Replica;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>A host that stops while one of its services reads a watch without a token.</summary>
public sealed class OpenWatchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_open_watch_ends_when_the_host_stops_and_the_leader_has_handed_over_by_then(int members)
    {
        // Without an end of the watch the host would wait for its service for all of this time.
        await using TestCluster cluster = await TestCluster.StartAsync(members, addServices: static services =>
        {
            services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromHours(1));
            services.AddSingleton<Reader>();
            services.AddHostedService(static provider => provider.GetRequiredService<Reader>());
        });
        int leader = await cluster.LeaderAsync();
        Reader reader = cluster.Service<Reader>(leader);
        await cluster.Store(leader).PutAsync("k", "v");
        await reader.HasSeenAnEvent.WaitAsync(TimeSpan.FromMinutes(1));

        await cluster.StopAsync(leader).WaitAsync(TimeSpan.FromMinutes(1));

        StoreStatus atTheEnd = await reader.StatusAtTheEnd.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(StoreState.Running, atTheEnd.State);
        Assert.Equal(members == 1, atTheEnd.IsLeader);
    }

    private sealed class Reader(IKeyValueStore store) : BackgroundService
    {
        private readonly TaskCompletionSource _hasSeenAnEvent = new();
        private readonly TaskCompletionSource<StoreStatus> _statusAtTheEnd = new();

        public Task HasSeenAnEvent => _hasSeenAnEvent.Task;

        public Task<StoreStatus> StatusAtTheEnd => _statusAtTheEnd.Task;

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                // From the beginning: the service may come to run only after the put.
                await foreach (WatchEvent _ in store.WatchAsync(
                    KeyRange.All, new WatchOptions { StartRevision = 1 }, CancellationToken.None))
                {
                    _hasSeenAnEvent.TrySetResult();
                }
            }
            catch (StoreStoppedException)
            {
                _statusAtTheEnd.SetResult(store.Status);
            }
        }
    }
}
