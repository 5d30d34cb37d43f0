using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedConsensus;

/// <summary>Chooses the parts of a store that <c>AddConsensusStore</c> has added. Storage and transport packages add
/// their own methods to it.</summary>
public interface IConsensusStoreBuilder
{
    /// <summary>The services that the store is added to.</summary>
    IServiceCollection Services { get; }

    /// <summary>The key of the store among the services; null for the store that has none. Also the name of its
    /// options.</summary>
    string? ServiceKey { get; }

    /// <summary>Keeps the log and the snapshots in the given storage. Without it they are in memory and lost with the
    /// process.</summary>
    /// <param name="create">Makes the storage, not yet opened. Called once.</param>
    /// <returns>This builder.</returns>
    IConsensusStoreBuilder UseStorage(Func<IServiceProvider, ReplicaStorage> create);

    /// <summary>Uses the given transport to communicate with the other members. Without one the cluster can only have
    /// one member.</summary>
    /// <param name="create">Makes the transport, not yet started. Called once, after the storage is recovered.</param>
    /// <returns>This builder.</returns>
    IConsensusStoreBuilder UseTransport(Func<IServiceProvider, TransportContext, ITransport> create);

    /// <summary>Uses a given clock for elections, timeouts and shutdown. Without it the store uses
    /// <see cref="TimeProvider.System"/>, also when the services hold another <see cref="TimeProvider"/>: with a clock
    /// that a test stops, no leader is elected and the store does not stop.</summary>
    /// <param name="choose">Chooses the clock, such as
    /// <c>services => services.GetRequiredService&lt;TimeProvider&gt;()</c>. Called once.</param>
    /// <returns>This builder.</returns>
    IConsensusStoreBuilder UseTimeProvider(Func<IServiceProvider, TimeProvider> choose);
}
