using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>Turns what a store throws into what an etcd client expects.</summary>
internal static class ExceptionMapping
{
    /// <summary>The error to answer with.</summary>
    public static RpcException ToRpcException(Exception exception) => exception switch
    {
        RpcException rpc => rpc,
        CompactedException => EtcdErrors.Compacted,
        FutureRevisionException => EtcdErrors.FutureRevision,
        LeaseNotFoundException => EtcdErrors.LeaseNotFound,
        LeaseExistsException => EtcdErrors.LeaseExists,
        TooManyRequestsException => EtcdErrors.TooManyRequests,
        NotLeaderException => EtcdErrors.NotLeader,
        LeadershipTransferException => EtcdErrors.LeaderTransferTimedOut,
        QuorumUnavailableException or OutcomeUnknownException => EtcdErrors.TimedOut,
        StoreStoppedException or MemberRemovedException or MemberRefusedException => EtcdErrors.Stopped,
        ReplicaFaultedException => EtcdErrors.Unhealthy,
        MembershipChangeRefusedException refused => OfRefusal(refused),
        OperationCanceledException => EtcdErrors.Canceled,
        InvalidRequestException invalid => new RpcException(
            new Status(StatusCode.InvalidArgument, $"etcdserver: {invalid.Message}")),
        _ => new RpcException(new Status(StatusCode.Unknown, exception.Message)),
    };

    private static RpcException OfRefusal(MembershipChangeRefusedException refused) => refused.Reason switch
    {
        MembershipRefusal.UnknownMember => EtcdErrors.MemberNotFound,
        MembershipRefusal.MemberIdUsed => EtcdErrors.MemberIdExists,
        MembershipRefusal.AddressInUse => EtcdErrors.PeerUrlExists,
        MembershipRefusal.InvalidAddress => EtcdErrors.BadMemberUrls,
        MembershipRefusal.LearnerNotCaughtUp => EtcdErrors.LearnerNotReady,
        MembershipRefusal.QuorumWouldBeLost or MembershipRefusal.LastVoter => EtcdErrors.NotEnoughStartedMembers,
        MembershipRefusal.NotLeader => EtcdErrors.NoLeader,
        _ => new RpcException(new Status(StatusCode.FailedPrecondition, $"etcdserver: {refused.Message}")),
    };
}
