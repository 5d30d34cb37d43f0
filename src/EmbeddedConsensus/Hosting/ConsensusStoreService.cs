using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Hosting;

/// <summary>Ties the life of a replica to that of its host: it is there before the first of the host's services starts,
/// and until the last one has stopped, whichever was registered first.</summary>
internal sealed class ConsensusStoreService : IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private const string LogCategory = "EmbeddedConsensus.Replica";

    private readonly ReplicaHost? _replica;
    private readonly KeyValueStore? _store;
    private readonly ClusterManager? _cluster;

    // Hosts older than IHostedLifecycleService call only StartAsync and StopAsync.
    private volatile bool _isToldOfLifecycle;

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
            loggers.CreateLogger(builder.ServiceKey is { } key ? $"{LogCategory}.{key}" : LogCategory));
        _store = new KeyValueStore(_replica, options);
        _cluster = new ClusterManager(_replica, _replica.Membership.Changes, _replica.Completion);
    }

    /// <summary>A service with nothing to host: the store's replica lives elsewhere, in a test's cluster.</summary>
    public ConsensusStoreService()
    {
    }

    /// <summary>The calls to the replica.</summary>
    /// <exception cref="InvalidOperationException">The replica lives elsewhere.</exception>
    public KeyValueStore Store => _store ?? throw new InvalidOperationException("The store's replica lives elsewhere.");

    /// <summary>The calls about the membership.</summary>
    /// <exception cref="InvalidOperationException">The replica lives elsewhere.</exception>
    public ClusterManager Cluster =>
        _cluster ?? throw new InvalidOperationException("The store's replica lives elsewhere.");

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _isToldOfLifecycle = true;
        return StartReplicaAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) =>
        _isToldOfLifecycle ? Task.CompletedTask : StartReplicaAsync(cancellationToken);

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken) =>
        _replica?.BeginStopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) =>
        _isToldOfLifecycle ? Task.CompletedTask : StopReplicaAsync(cancellationToken);

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => StopReplicaAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _replica?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private Task StartReplicaAsync(CancellationToken cancellationToken) =>
        _replica?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    private Task StopReplicaAsync(CancellationToken cancellationToken) =>
        _replica?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
