using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Protos;
using EmbeddedConsensus.Etcd.Watching;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>Watches, many on one stream.</summary>
/// <param name="store">The store.</param>
/// <param name="replica">Says how long an election takes.</param>
internal sealed class WatchService(EtcdStore store, IOptionsMonitor<ConsensusStoreOptions> replica) : Watch.WatchBase
{
    private const int ElectionsWithoutLeader = 3;

    /// <inheritdoc />
    public override async Task Watch(
        IAsyncStreamReader<WatchRequest> requestStream,
        IServerStreamWriter<WatchResponse> responseStream,
        ServerCallContext context)
    {
        await using WatchStream stream = new(store, responseStream, context.CancellationToken);
        Task requests = ReadAsync(requestStream, stream, context.CancellationToken);
        Task leaderLoss = LeaderRequirement.IsSet(context)
            ? WaitForLeaderLossAsync(context.CancellationToken)
            : Task.Delay(Timeout.Infinite, context.CancellationToken);
        Task first = await Task.WhenAny(requests, stream.Completion, leaderLoss);
        if (first == leaderLoss && leaderLoss.IsCompletedSuccessfully)
        {
            throw EtcdErrors.NoLeader;
        }

        await first;
    }

    private static async Task ReadAsync(
        IAsyncStreamReader<WatchRequest> requests, WatchStream stream, CancellationToken cancellationToken)
    {
        while (await requests.MoveNext(cancellationToken))
        {
            switch (requests.Current.RequestUnionCase)
            {
                case WatchRequest.RequestUnionOneofCase.CreateRequest:
                    await stream.CreateAsync(requests.Current.CreateRequest);
                    break;
                case WatchRequest.RequestUnionOneofCase.CancelRequest:
                    await stream.CancelAsync(requests.Current.CancelRequest.WatchId);
                    break;
                case WatchRequest.RequestUnionOneofCase.ProgressRequest:
                    stream.RequestProgress();
                    break;
            }
        }
    }

    private async Task WaitForLeaderLossAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(
            replica.Get(store.Options.ServiceKey ?? Options.DefaultName).ElectionTimeout);
        int elections = 0;
        while (elections < ElectionsWithoutLeader && await timer.WaitForNextTickAsync(cancellationToken))
        {
            elections = store.Keys.Status.Leader.IsNone ? elections + 1 : 0;
        }
    }
}
