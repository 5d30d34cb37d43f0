using System.Diagnostics.Metrics;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Hosting;

/// <summary>Ties the life of a replica to that of its host: it starts before the first of the host's services and stops
/// after the last one, in whatever order they were registered.</summary>
internal sealed class ConsensusStoreService : IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private const string LogCategory = "EmbeddedConsensus.Replica";

    private readonly ReplicaHost? _replica;
    private readonly KeyValueStore? _store;
    private readonly ClusterManager? _cluster;
    private readonly LeaseManager? _leases;
    private readonly ILogger _logger = NullLogger.Instance;
    private readonly bool _isVolatile;

    // Hosts older than IHostedLifecycleService call only StartAsync and StopAsync.
    private volatile bool _isToldOfLifecycle;

    /// <summary>A service for the store that a builder describes.</summary>
    /// <exception cref="OptionsValidationException">The options are not valid.</exception>
    public ConsensusStoreService(IServiceProvider services, ConsensusStoreBuilder builder)
    {
        string name = builder.ServiceKey ?? Options.DefaultName;
        ConsensusStoreOptions options =
            services.GetRequiredService<IOptionsMonitor<ConsensusStoreOptions>>().Get(name);
        if (FaultOf(options, hasTransport: builder.CreateTransport is not null) is { } fault)
        {
            throw new OptionsValidationException(name, typeof(ConsensusStoreOptions), [fault]);
        }

        ILoggerFactory loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _logger = loggers.CreateLogger(builder.ServiceKey is { } key ? $"{LogCategory}.{key}" : LogCategory);
        _replica = new ReplicaHost(
            options,
            builder.CreateStorage is { } create ? create(services) : InMemoryStorage(),
            builder.CreateTransport is { } connect ? context => connect(services, context) : null,
            builder.ChooseTimeProvider?.Invoke(services) ?? TimeProvider.System,
            _logger,
            meters: services.GetService<IMeterFactory>());
        _store = new KeyValueStore(_replica, options);
        _leases = new LeaseManager(_replica, _store, options);
        _cluster = new ClusterManager(_replica, _replica.Membership.Changes, _replica.Completion);
        _isVolatile = builder.CreateStorage is null && builder.CreateTransport is not null;
    }

    /// <summary>A service with nothing to host: the store's replica is elsewhere, in a test's cluster.</summary>
    public ConsensusStoreService()
    {
    }

    /// <summary>The calls to the replica.</summary>
    /// <exception cref="InvalidOperationException">The replica is elsewhere.</exception>
    public KeyValueStore Store => _store ?? throw new InvalidOperationException("The store's replica is elsewhere.");

    /// <summary>The leases.</summary>
    /// <exception cref="InvalidOperationException">The replica is elsewhere.</exception>
    public LeaseManager Leases => _leases ?? throw new InvalidOperationException("The store's replica is elsewhere.");

    /// <summary>The changes of the membership.</summary>
    /// <exception cref="InvalidOperationException">The replica is elsewhere.</exception>
    public ClusterManager Cluster =>
        _cluster ?? throw new InvalidOperationException("The store's replica is elsewhere.");

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

    /// <summary>What the options and the parts of the store, each valid by itself, make impossible together.</summary>
    private static string? FaultOf(ConsensusStoreOptions options, bool hasTransport)
    {
        return options switch
        {
            _ when hasTransport => null,
            { Members.Count: > 1 } =>
                $"The cluster has {options.Members.Count} members and no transport. Call UseTcpTransport() on what "
                + "AddConsensusStore returns, or list no members for a cluster of one.",
            { JoinAddresses.Count: > 0 } =>
                "JoinAddresses has entries and there is no transport. Call UseTcpTransport() on what AddConsensusStore "
                + "returns.",
            _ => null,
        };
    }

    private static ReplicaStorage InMemoryStorage()
    {
        InMemoryDisk disk = new();
        return new ReplicaStorage(new InMemoryLogStorage(disk), new InMemorySnapshotStorage(disk));
    }

    private Task StartReplicaAsync(CancellationToken cancellationToken)
    {
        if (_isVolatile)
        {
            _logger.StorageIsVolatile(_replica!.Self);
        }

        return _replica?.StartAsync(cancellationToken) ?? Task.CompletedTask;
    }

    private Task StopReplicaAsync(CancellationToken cancellationToken) =>
        _replica?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
