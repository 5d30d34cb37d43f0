using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Hosting;

/// <summary>Ties the life of a replica to that of its host.</summary>
internal sealed class ConsensusStoreService : IHostedService, IAsyncDisposable, IDisposable
{
    private readonly ReplicaHost _replica;

    /// <summary>A service for the store that a builder describes.</summary>
    /// <exception cref="OptionsValidationException">The options are not valid.</exception>
    public ConsensusStoreService(IServiceProvider services, ConsensusStoreBuilder builder)
    {
        ConsensusStoreOptions options = services.GetRequiredService<IOptionsMonitor<ConsensusStoreOptions>>()
            .Get(builder.ServiceKey ?? Options.DefaultName);
        if (options.Members.Count > 1 && builder.CreateTransport is null)
        {
            throw new OptionsValidationException(
                builder.ServiceKey ?? Options.DefaultName, typeof(ConsensusStoreOptions),
                [$"The cluster has {options.Members.Count} members and no transport: call UseTcpTransport() on what "
                 + "AddConsensusStore returns, or list no members for a cluster of one."]);
        }

        if (options.JoinAddresses.Count > 0 && builder.CreateTransport is null)
        {
            throw new OptionsValidationException(
                builder.ServiceKey ?? Options.DefaultName, typeof(ConsensusStoreOptions),
                ["JoinAddresses are given and there is no transport: call UseTcpTransport() on what AddConsensusStore "
                 + "returns."]);
        }

        ILoggerFactory loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _replica = new ReplicaHost(
            options,
            builder.CreateStorage(services),
            builder.CreateTransport is { } create ? context => create(services, context) : null,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            loggers.CreateLogger("EmbeddedConsensus.Replica"));
        Store = new KeyValueStore(_replica, options);
        Cluster = new ClusterManager(_replica, _replica.Changes);
    }

    /// <summary>The calls to the replica.</summary>
    public KeyValueStore Store { get; }

    /// <summary>The calls about the membership.</summary>
    public ClusterManager Cluster { get; }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => _replica.StartAsync(cancellationToken);

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => _replica.StopAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _replica.DisposeAsync();

    /// <inheritdoc />
    public void Dispose() => _replica.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
