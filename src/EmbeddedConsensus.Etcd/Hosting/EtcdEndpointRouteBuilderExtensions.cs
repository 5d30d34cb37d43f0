using EmbeddedConsensus.Etcd.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace EmbeddedConsensus;

/// <summary>Maps the etcd v3 protocol in an ASP.NET Core app.</summary>
public static class EtcdEndpointRouteBuilderExtensions
{
    /// <summary>Serves the etcd v3 protocol: over HTTP/2 the gRPC services KV, Watch, Lease, Cluster and Maintenance,
    /// with grpc.health.v1 and reflection, and over HTTP/1.1 as well their unary calls as JSON below <c>/v3/</c>,
    /// <c>/health</c>, <c>/livez</c>, <c>/readyz</c> and <c>/version</c>.</summary>
    /// <remarks>Nothing here asks who calls: restrict the endpoints, for example by
    /// <c>RequireAuthorization</c> or by listening on loopback only, as they read and write everything.</remarks>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <returns>The endpoints of the protocol, for conventions such as authorization.</returns>
    public static IEndpointConventionBuilder MapEtcd(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        RouteGroupBuilder group = endpoints.MapGroup("");
        group.MapGrpcService<KvService>();
        group.MapGrpcService<WatchService>();
        group.MapGrpcService<LeaseService>();
        group.MapGrpcService<ClusterService>();
        group.MapGrpcService<MaintenanceService>();
        group.MapGrpcService<HealthService>();
        group.MapGrpcReflectionService();
        group.MapHealth();
        return group;
    }
}
