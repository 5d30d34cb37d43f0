using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedConsensus.Hosting;

/// <summary>Holds the factories of one store's parts until its service is made.</summary>
internal sealed class ConsensusStoreBuilder(IServiceCollection services, string? serviceKey) : IConsensusStoreBuilder
{
    /// <inheritdoc />
    public IServiceCollection Services { get; } = services;

    /// <inheritdoc />
    public string? ServiceKey { get; } = serviceKey;

    /// <summary>Makes the storage; null for one in memory.</summary>
    public Func<IServiceProvider, ReplicaStorage>? CreateStorage { get; private set; }

    /// <summary>Makes the transport; null for a cluster of one.</summary>
    public Func<IServiceProvider, TransportContext, ITransport>? CreateTransport { get; private set; }

    /// <summary>Chooses the clock; null for the system's.</summary>
    public Func<IServiceProvider, TimeProvider>? ChooseTimeProvider { get; private set; }

    /// <inheritdoc />
    public IConsensusStoreBuilder UseStorage(Func<IServiceProvider, ReplicaStorage> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        CreateStorage = create;
        return this;
    }

    /// <inheritdoc />
    public IConsensusStoreBuilder UseTransport(Func<IServiceProvider, TransportContext, ITransport> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        CreateTransport = create;
        return this;
    }

    /// <inheritdoc />
    public IConsensusStoreBuilder UseTimeProvider(Func<IServiceProvider, TimeProvider> choose)
    {
        ArgumentNullException.ThrowIfNull(choose);
        ChooseTimeProvider = choose;
        return this;
    }
}
