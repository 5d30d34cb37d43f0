using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedConsensus.Hosting;

/// <summary>Remembers what a store is built from.</summary>
internal sealed class ConsensusStoreBuilder(IServiceCollection services, string? serviceKey) : IConsensusStoreBuilder
{
    /// <inheritdoc />
    public IServiceCollection Services { get; } = services;

    /// <inheritdoc />
    public string? ServiceKey { get; } = serviceKey;

    /// <summary>Makes the storage.</summary>
    public Func<IServiceProvider, ReplicaStorage> CreateStorage { get; private set; } = static _ =>
    {
        InMemoryDisk disk = new();
        return new ReplicaStorage(new InMemoryLogStorage(disk), new InMemorySnapshotStorage(disk));
    };

    /// <summary>Makes the transport; null for a cluster of one.</summary>
    public Func<IServiceProvider, TransportContext, ITransport>? CreateTransport { get; private set; }

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
}
