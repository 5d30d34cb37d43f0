using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>Leases. Their times are whole seconds in the protocol.</summary>
/// <param name="store">The store.</param>
internal sealed class LeaseService(EtcdStore store) : Lease.LeaseBase
{
    private const long MaxTimeToLive = 9_000_000_000;
    private const long UnknownLease = -1;

    /// <inheritdoc />
    public override async Task<LeaseGrantResponse> LeaseGrant(LeaseGrantRequest request, ServerCallContext context)
    {
        if (request.TTL > MaxTimeToLive)
        {
            throw EtcdErrors.LeaseTimeToLiveTooLarge;
        }

        // The store raises what is too short.
        LeaseGrant grant = await store.Leases.GrantAsync(
            TimeSpan.FromSeconds(Math.Max(1, request.TTL)), request.ID, context.CancellationToken);
        return new LeaseGrantResponse { Header = store.Header(), ID = grant.Id, TTL = Seconds(grant.TimeToLive) };
    }

    /// <inheritdoc />
    public override async Task<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeRequest request, ServerCallContext context)
    {
        CheckId(request.ID);
        await store.Leases.RevokeAsync(request.ID, context.CancellationToken);
        return new LeaseRevokeResponse { Header = store.Header() };
    }

    /// <summary>Renews leases, one after the other. An unknown one has a time to live of zero.</summary>
    public override async Task LeaseKeepAlive(
        IAsyncStreamReader<LeaseKeepAliveRequest> requestStream,
        IServerStreamWriter<LeaseKeepAliveResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            long id = requestStream.Current.ID;
            await responseStream.WriteAsync(
                new LeaseKeepAliveResponse
                {
                    ID = id,
                    TTL = await RenewAsync(id, context.CancellationToken),
                    Header = store.Header(),
                },
                context.CancellationToken);
        }
    }

    /// <inheritdoc />
    public override async Task<LeaseTimeToLiveResponse> LeaseTimeToLive(
        LeaseTimeToLiveRequest request, ServerCallContext context)
    {
        LeaseTimeToLiveResponse response = new() { ID = request.ID, TTL = UnknownLease };
        if (request.ID > 0)
        {
            try
            {
                LeaseStatus status = await store.Leases.TimeToLiveAsync(
                    request.ID, request.Keys, context.CancellationToken);
                response.TTL = Seconds(status.Remaining);
                response.GrantedTTL = Seconds(status.TimeToLive);
                response.Keys.AddRange(status.Keys.Select(key => UnsafeByteOperations.UnsafeWrap(key.Bytes)));
            }
            catch (LeaseNotFoundException)
            {
                // Answered as such.
            }
        }

        response.Header = store.Header();
        return response;
    }

    /// <inheritdoc />
    public override async Task<LeaseLeasesResponse> LeaseLeases(LeaseLeasesRequest request, ServerCallContext context)
    {
        LeaseLeasesResponse response = new();
        response.Leases.AddRange(
            (await store.Leases.ListAsync(context.CancellationToken)).Select(id => new Protos.LeaseStatus { ID = id }));
        response.Header = store.Header();
        return response;
    }

    private static void CheckId(long id)
    {
        if (id <= 0)
        {
            throw EtcdErrors.LeaseNotFound;
        }
    }

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    private async Task<long> RenewAsync(long id, CancellationToken cancellationToken)
    {
        if (id <= 0)
        {
            return 0;
        }

        try
        {
            return Seconds(await store.Leases.KeepAliveAsync(id, cancellationToken));
        }
        catch (LeaseNotFoundException)
        {
            return 0;
        }
    }
}
