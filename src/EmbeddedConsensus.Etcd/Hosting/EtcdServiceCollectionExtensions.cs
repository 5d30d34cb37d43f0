using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Services;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus;

/// <summary>Adds the etcd v3 protocol to the services of an ASP.NET Core app.</summary>
public static class EtcdServiceCollectionExtensions
{
    // What a message holds beside the request: as much as etcd allows.
    private const int MessageOverheadBytes = 512 * 1024;

    /// <summary>Adds the services of the etcd v3 protocol; <see cref="EtcdEndpointRouteBuilderExtensions.MapEtcd"/>
    /// maps them. They use the store that <c>AddConsensusStore</c> has added.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddEtcd(this IServiceCollection services, Action<EtcdOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<EtcdOptions> options = services.AddOptions<EtcdOptions>()
            .Validate(o => o.MaxTxnOperations > 0, "EtcdOptions.MaxTxnOperations is not positive.")
            .Validate(o => o.MaxRequestBytes > 0, "EtcdOptions.MaxRequestBytes is not positive.")
            .Validate(o => o.MaxWatchesPerStream > 0, "EtcdOptions.MaxWatchesPerStream is not positive.")
            .Validate(
                o => o.WatchProgressInterval >= TimeSpan.FromMilliseconds(100),
                "EtcdOptions.WatchProgressInterval is less than 100 ms.")
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton<EtcdStore>();
        services.AddSingleton<RequestRules>();
        services.AddGrpc().AddJsonTranscoding(json =>
        {
            json.JsonSettings.IgnoreDefaultValues = true;
            json.JsonSettings.WriteInt64sAsStrings = true;
        });
        services.AddGrpcReflection();
        return services
            .AddEtcdService<KvService>()
            .AddEtcdService<WatchService>()
            .AddEtcdService<LeaseService>()
            .AddEtcdService<ClusterService>()
            .AddEtcdService<MaintenanceService>()
            .AddEtcdService<HealthService>();
    }

    // The interceptor and the limits bind these services alone, and not the app's own.
    private static IServiceCollection AddEtcdService<TService>(this IServiceCollection services) where TService : class
    {
        services.AddOptions<GrpcServiceOptions<TService>>().Configure<IOptions<EtcdOptions>>((grpc, etcd) =>
        {
            grpc.Interceptors.Add<EtcdInterceptor>();
            grpc.MaxReceiveMessageSize = etcd.Value.MaxRequestBytes + MessageOverheadBytes;
            grpc.MaxSendMessageSize = null;
        });
        return services;
    }
}
