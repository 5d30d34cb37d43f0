using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedConsensus;

/// <summary>Says what a store is built from. Given by
/// <see cref="ConsensusStoreServiceCollectionExtensions.AddConsensusStore(IServiceCollection, Action{ConsensusStoreOptions}?)"/>;
/// storage and transport packages add their own methods to it.</summary>
public interface IConsensusStoreBuilder
{
    /// <summary>The services that the store is added to.</summary>
    IServiceCollection Services { get; }

    /// <summary>The key of the store among the services; null for the store that has none. Also the name of its
    /// options.</summary>
    string? ServiceKey { get; }

    /// <summary>Keeps the log and the snapshots there. Without it they live in memory, and die with the
    /// process.</summary>
    /// <param name="create">Makes the storage, not yet opened. Called once a start.</param>
    /// <returns>This builder.</returns>
    IConsensusStoreBuilder UseStorage(Func<IServiceProvider, ReplicaStorage> create);

    /// <summary>Talks to the other members by it. Without it the cluster can only have one member.</summary>
    /// <param name="create">Makes the transport, not yet started. Called once a start, when the storage is
    /// recovered.</param>
    /// <returns>This builder.</returns>
    IConsensusStoreBuilder UseTransport(Func<IServiceProvider, TransportContext, ITransport> create);
}
