using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Protos;
using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>Status, hashes, the leadership and what needs no work here, such as defragmentation.</summary>
/// <param name="store">The store.</param>
internal sealed class MaintenanceService(EtcdStore store) : Maintenance.MaintenanceBase
{
    /// <summary>The version of etcd whose protocol is served: clients choose by it what they may ask for.</summary>
    public const string ProtocolVersion = "3.6.0";

    /// <inheritdoc />
    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        StoreStatus status = store.Keys.Status;
        StatusResponse response = new()
        {
            Header = store.Header(),
            Version = ProtocolVersion,
            StorageVersion = ProtocolVersion[..3],
            Leader = status.Leader.Value,
            RaftIndex = status.CommitIndex,
            RaftTerm = status.Term,
            RaftAppliedIndex = status.AppliedIndex,
            IsLearner = status.Role is ReplicaRole.Learner,
        };
        if (status.Leader.IsNone)
        {
            response.Errors.Add("etcdserver: no leader");
        }

        return Task.FromResult(response);
    }

    /// <summary>No alarm is ever raised.</summary>
    public override Task<AlarmResponse> Alarm(AlarmRequest request, ServerCallContext context) =>
        Task.FromResult(new AlarmResponse { Header = store.Header() });

    /// <summary>Succeeds at once: space is reclaimed while the store serves.</summary>
    public override Task<DefragmentResponse> Defragment(DefragmentRequest request, ServerCallContext context) =>
        Task.FromResult(new DefragmentResponse { Header = store.Header() });

    /// <inheritdoc />
    public override async Task<HashResponse> Hash(HashRequest request, ServerCallContext context)
    {
        StoreHash hash = await store.Maintenance.HashAsync(0, context.CancellationToken);
        return new HashResponse { Header = store.Header(), Hash = hash.Hash };
    }

    /// <inheritdoc />
    public override async Task<HashKVResponse> HashKV(HashKVRequest request, ServerCallContext context)
    {
        StoreHash hash = await store.Maintenance.HashAsync(Math.Max(0, request.Revision), context.CancellationToken);
        return new HashKVResponse
        {
            Header = store.Header(),
            Hash = hash.Hash,
            CompactRevision = hash.CompactRevision == 0 ? -1 : hash.CompactRevision,
            HashRevision = hash.Revision,
        };
    }

    /// <inheritdoc />
    public override async Task<MoveLeaderResponse> MoveLeader(MoveLeaderRequest request, ServerCallContext context)
    {
        if (!store.Keys.Status.IsLeader)
        {
            throw EtcdErrors.NotLeader;
        }

        try
        {
            await store.Maintenance.TransferLeadershipAsync(new MemberId(request.TargetID), context.CancellationToken);
        }
        catch (InvalidRequestException)
        {
            throw EtcdErrors.BadLeaderTransferee;
        }

        return new MoveLeaderResponse { Header = store.Header() };
    }

    /// <summary>There is no version to go back to.</summary>
    public override Task<DowngradeResponse> Downgrade(DowngradeRequest request, ServerCallContext context) =>
        request.Action is DowngradeRequest.Types.DowngradeAction.Cancel
            ? throw EtcdErrors.NoInflightDowngrade
            : throw EtcdErrors.InvalidDowngradeTarget;
}
