using EmbeddedConsensus.Etcd.Mapping;
using Grpc.Core;
using Grpc.Health.V1;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>The health of the member as gRPC's own protocol reports it.</summary>
/// <param name="store">The store.</param>
internal sealed class HealthService(EtcdStore store) : Health.HealthBase
{
    /// <inheritdoc />
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        Task.FromResult(new HealthCheckResponse { Status = StatusOf(store.Keys.Status) });

    /// <inheritdoc />
    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        HealthCheckResponse.Types.ServingStatus? last = null;
        await foreach (StoreStatus status in store.Maintenance.WatchStatusAsync(context.CancellationToken))
        {
            if (StatusOf(status) is var current && current != last)
            {
                last = current;
                await responseStream.WriteAsync(
                    new HealthCheckResponse { Status = current }, context.CancellationToken);
            }
        }
    }

    private static HealthCheckResponse.Types.ServingStatus StatusOf(StoreStatus status) =>
        status.State is StoreState.Running && !status.Leader.IsNone
            ? HealthCheckResponse.Types.ServingStatus.Serving
            : HealthCheckResponse.Types.ServingStatus.NotServing;
}
