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
    /// <remarks>With nothing configured it is one member in memory, ready at once. For a cluster name the members, and call
    /// <c>UseFasterStorage</c> and <c>UseTcpTransport</c> on the result.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
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
    /// <param name="serviceKey">The key of the store, and the name of its options. Not empty.</param>
    /// <param name="configure">Sets the options.</param>
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
}
