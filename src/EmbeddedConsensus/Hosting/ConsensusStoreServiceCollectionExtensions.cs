using EmbeddedConsensus.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus;

/// <summary>Adds stores to the services of a host.</summary>
public static class ConsensusStoreServiceCollectionExtensions
{
    /// <summary>
    /// Hosts a replica of a store in this process: <see cref="IKeyValueStore"/>, <see cref="ILeaseManager"/>,
    /// <see cref="IStoreMaintenance"/> and <see cref="IClusterManager"/> can be injected, and the replica starts and
    /// stops with the host.
    /// </summary>
    /// <remarks>
    /// <para>With nothing configured it is one member in memory, ready at once. For a cluster name the members, and
    /// call <c>UseFasterStorage</c> and <c>UseTcpTransport</c> on the result.</para>
    /// <para>The replica starts before the host's services do, and stops after all of them have stopped: a hosted
    /// service may use the store in its own start and stop. One that does so in
    /// <see cref="IHostedLifecycleService.StartingAsync"/> or
    /// <see cref="IHostedLifecycleService.StoppedAsync"/> must be registered after the store.</para>
    /// <para>The options go through the options pipeline of Microsoft.Extensions.Options, under the default name:
    /// <c>Configure</c> and <c>PostConfigure</c> apply, and they are validated when the host starts.</para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <exception cref="InvalidOperationException">There is a store without a key already.</exception>
    public static IConsensusStoreBuilder AddConsensusStore(
        this IServiceCollection services, Action<ConsensusStoreOptions>? configure = null) =>
        Add(services, null, null, configure);

    /// <summary>Hosts a replica with options from a configuration.</summary>
    /// <remarks>A key that is no setting, an incomplete entry of <see cref="ConsensusStoreOptions.Members"/> and a
    /// value out of range stop the start of the host with a message that names the key. Later changes of the
    /// configuration have no effect.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section of the store. Its subsections that are no settings, such as one for the
    /// storage, are left to others.</param>
    /// <param name="configure">Sets options after the configuration has.</param>
    /// <exception cref="InvalidOperationException">There is a store without a key already.</exception>
    /// <seealso cref="AddConsensusStore(IServiceCollection, Action{ConsensusStoreOptions}?)"/>
    public static IConsensusStoreBuilder AddConsensusStore(
        this IServiceCollection services,
        IConfiguration configuration,
        Action<ConsensusStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(services, null, configuration, configure);
    }

    /// <summary>Hosts one of several stores of this process. Inject it with <c>[FromKeyedServices(key)]</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key of the store, and the name of its options. Not empty. The log category of the
    /// replica ends in it.</param>
    /// <param name="configure">Sets the options.</param>
    /// <exception cref="InvalidOperationException">There is a store with this key already.</exception>
    public static IConsensusStoreBuilder AddConsensusStore(
        this IServiceCollection services, string serviceKey, Action<ConsensusStoreOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        return Add(services, serviceKey, null, configure);
    }

    /// <summary>Hosts one of several stores of this process, with options from a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key of the store, and the name of its options. Not empty. The log category of the
    /// replica ends in it.</param>
    /// <param name="configuration">The section of the store.</param>
    /// <param name="configure">Sets options after the configuration has.</param>
    /// <exception cref="InvalidOperationException">There is a store with this key already.</exception>
    /// <seealso cref="AddConsensusStore(IServiceCollection, IConfiguration, Action{ConsensusStoreOptions}?)"/>
    public static IConsensusStoreBuilder AddConsensusStore(
        this IServiceCollection services,
        string serviceKey,
        IConfiguration configuration,
        Action<ConsensusStoreOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(services, serviceKey, configuration, configure);
    }

    private static ConsensusStoreBuilder Add(
        IServiceCollection services,
        string? serviceKey,
        IConfiguration? configuration,
        Action<ConsensusStoreOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ThrowIfAdded(services, serviceKey);
        AddOptions(services, serviceKey, configuration, configure);
        ConsensusStoreBuilder builder = new(services, serviceKey);

        // Services with a null key are those without one.
        services.AddKeyedSingleton(serviceKey, (provider, _) => new ConsensusStoreService(provider, builder));
        services.AddSingleton<IHostedService>(provider => ServiceOf(provider, serviceKey));
        services.AddKeyedSingleton<IKeyValueStore>(
            serviceKey, static (provider, key) => ServiceOf(provider, key).Store);
        services.AddKeyedSingleton<ILeaseManager>(
            serviceKey, static (provider, key) => ServiceOf(provider, key).Leases);
        services.AddKeyedSingleton<IStoreMaintenance>(
            serviceKey, static (provider, key) => ServiceOf(provider, key).Store);
        services.AddKeyedSingleton<IClusterManager>(
            serviceKey, static (provider, key) => ServiceOf(provider, key).Cluster);
        return builder;
    }

    private static void AddOptions(
        IServiceCollection services,
        string? serviceKey,
        IConfiguration? configuration,
        Action<ConsensusStoreOptions>? configure)
    {
        services.AddSingleton<IValidateOptions<ConsensusStoreOptions>>(
            new ConsensusStoreOptionsValidator(serviceKey, configuration));
        OptionsBuilder<ConsensusStoreOptions> options =
            services.AddOptions<ConsensusStoreOptions>(serviceKey ?? Options.DefaultName).ValidateOnStart();
        if (configuration is not null)
        {
            options.Configure(bound => configuration.Bind(bound));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }
    }

    private static ConsensusStoreService ServiceOf(IServiceProvider provider, object? serviceKey) =>
        provider.GetRequiredKeyedService<ConsensusStoreService>(serviceKey);

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
