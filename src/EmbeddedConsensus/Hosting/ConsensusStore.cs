using EmbeddedConsensus.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedConsensus;

/// <summary>A store that runs without a host: for a console application, a script, or an app with a container of its
/// own.</summary>
/// <remarks>Apps on the generic host use <c>services.AddConsensusStore()</c> instead, which starts and stops the store
/// with the host.</remarks>
public sealed class ConsensusStore : IAsyncDisposable
{
    // As long as the generic host gives its services.
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services;
    private readonly ConsensusStoreService _service;

    private ConsensusStore(ServiceProvider services, ConsensusStoreService service)
    {
        _services = services;
        _service = service;
    }

    /// <summary>Reads, writes and watches.</summary>
    public IKeyValueStore Store => _service.Store;

    /// <summary>Leases: keys that go when their holder does.</summary>
    public ILeaseManager Leases => _service.Leases;

    /// <summary>The replica's status, and what operators do with it.</summary>
    public IStoreMaintenance Maintenance => _service.Store;

    /// <summary>The membership of the cluster.</summary>
    public IClusterManager Cluster => _service.Cluster;

    /// <summary>Opens a store and starts its replica. Does not wait for a leader: see
    /// <see cref="IKeyValueStore.WaitForReadyAsync"/>.</summary>
    /// <param name="configure">Sets the options; without it the store is one member in memory.</param>
    /// <param name="build">Chooses storage and transport, as on the result of <c>AddConsensusStore</c>, and adds the
    /// services that they need, such as logging, to <see cref="IConsensusStoreBuilder.Services"/>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The running store. Dispose it to stop the replica.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are not valid.</exception>
    /// <exception cref="Storage.StorageException">The storage cannot be opened, or is damaged.</exception>
    /// <exception cref="MemberRefusedException">The storage belongs to another member or another cluster.</exception>
    /// <exception cref="Transport.TransportException">The transport cannot start.</exception>
    public static async Task<ConsensusStore> OpenAsync(
        Action<ConsensusStoreOptions>? configure = null,
        Action<IConsensusStoreBuilder>? build = null,
        CancellationToken cancellationToken = default)
    {
        ServiceCollection services = new();
        IConsensusStoreBuilder builder = services.AddConsensusStore(configure);
        build?.Invoke(builder);
        ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            ConsensusStoreService service = provider.GetRequiredService<ConsensusStoreService>();
            await service.StartingAsync(cancellationToken).ConfigureAwait(false);
            return new ConsensusStore(provider, service);
        }
        catch
        {
            await provider.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the store: it hands leadership over, lets pending calls end, and closes. Stopping twice is
    /// fine.</summary>
    /// <param name="cancellationToken">The deadline: when it is cancelled, the store closes at once, and calls that are
    /// still pending end with an unknown outcome.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) => _service.StoppedAsync(cancellationToken);

    /// <summary>Stops the store as <see cref="StopAsync"/> does, with a deadline of 30 seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource deadline = new(DisposeTimeout);
        await StopAsync(deadline.Token).ConfigureAwait(false);
        await _services.DisposeAsync().ConfigureAwait(false);
    }
}
