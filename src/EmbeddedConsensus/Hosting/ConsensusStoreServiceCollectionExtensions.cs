using EmbeddedConsensus.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus;

/// <summary>Adds stores to the services of a host.</summary>
public static class ConsensusStoreServiceCollectionExtensions
{
    /// <summary>
    /// Hosts a replica of a store in this process: <see cref="IKeyValueStore"/>, <see cref="IStoreMaintenance"/> and
    /// <see cref="IClusterManager"/> can be injected, and the replica starts and stops with the host.
    /// </summary>
    /// <remarks>
    /// <para>With nothing configured it is one member in memory, ready at once. For a cluster name the members, and
    /// call <c>UseFasterStorage</c> and <c>UseTcpTransport</c> on the result.</para>
    /// <para>The replica starts before the host's services do, and stops when all of them have stopped: a hosted
    /// service may use the store in its own start and stop. One that does so in
    /// <see cref="IHostedLifecycleService.StartingAsync"/> or
    /// <see cref="IHostedLifecycleService.StoppedAsync"/> is to be registered behind the store.</para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <exception cref="InvalidOperationException">There is a store without a key already.</exception>
    public static IConsensusStoreBuilder AddConsensusStore(
        this IServiceCollection services, Action<ConsensusStoreOptions>? configure = null)
    {
        ConsensusStoreBuilder builder = Configure(services, null, configure);
        services.AddSingleton(provider => new ConsensusStoreService(provider, builder));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ConsensusStoreService>());
        services.AddSingleton<IKeyValueStore>(provider => provider.GetRequiredService<ConsensusStoreService>().Store);
        services.AddSingleton<IStoreMaintenance>(provider => provider.GetRequiredService<ConsensusStoreService>().Store);
        services.AddSingleton<IClusterManager>(provider => provider.GetRequiredService<ConsensusStoreService>().Cluster);
        return builder;
    }

    /// <summary>Hosts one of several stores of this process. Inject it with <c>[FromKeyedServices(key)]</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key of the store, and the name of its options. Not empty. The category of what the
    /// replica logs ends in it.</param>
    /// <param name="configure">Sets the options.</param>
    /// <exception cref="InvalidOperationException">There is a store with this key already.</exception>
    public static IConsensusStoreBuilder AddConsensusStore(
        this IServiceCollection services, string serviceKey, Action<ConsensusStoreOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        ConsensusStoreBuilder builder = Configure(services, serviceKey, configure);
        services.AddKeyedSingleton(serviceKey, (provider, _) => new ConsensusStoreService(provider, builder));
        services.AddSingleton<IHostedService>(
            provider => provider.GetRequiredKeyedService<ConsensusStoreService>(serviceKey));
        services.AddKeyedSingleton<IKeyValueStore>(
            serviceKey, static (provider, key) => provider.GetRequiredKeyedService<ConsensusStoreService>(key).Store);
        services.AddKeyedSingleton<IStoreMaintenance>(
            serviceKey, static (provider, key) => provider.GetRequiredKeyedService<ConsensusStoreService>(key).Store);
        services.AddKeyedSingleton<IClusterManager>(
            serviceKey, static (provider, key) => provider.GetRequiredKeyedService<ConsensusStoreService>(key).Cluster);
        return builder;
    }

    private static ConsensusStoreBuilder Configure(
        IServiceCollection services, string? serviceKey, Action<ConsensusStoreOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ThrowIfAdded(services, serviceKey);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ConsensusStoreOptions>, ConsensusStoreOptionsValidator>());
        OptionsBuilder<ConsensusStoreOptions> options =
            services.AddOptions<ConsensusStoreOptions>(serviceKey ?? Options.DefaultName).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return new ConsensusStoreBuilder(services, serviceKey);
    }

    /// <summary>Two replicas of one name would share their options, and with them the member's id, disk and address.
    /// </summary>
    private static void ThrowIfAdded(IServiceCollection services, string? serviceKey)
    {
        if (services.Any(service =>
            service.ServiceType == typeof(ConsensusStoreService) && Equals(service.ServiceKey, serviceKey)))
        {
            string which = serviceKey is null ? "without a key" : $"with the key '{serviceKey}'";
            throw new InvalidOperationException(
                $"A store {which} was added before. To configure that one further, use what its AddConsensusStore "
                + "returned. To host another one, give it a key of its own, AddConsensusStore(\"key\", ...), and "
                + "inject it with [FromKeyedServices(\"key\")].");
        }
    }
}
