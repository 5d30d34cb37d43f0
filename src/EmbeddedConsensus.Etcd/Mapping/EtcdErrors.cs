using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>The errors of the protocol. Clients compare the code and the exact text.</summary>
internal static class EtcdErrors
{
    public static RpcException EmptyKey => New(StatusCode.InvalidArgument, "key is not provided");

    public static RpcException KeyNotFound => New(StatusCode.InvalidArgument, "key not found");

    public static RpcException ValueProvided => New(StatusCode.InvalidArgument, "value is provided");

    public static RpcException LeaseProvided => New(StatusCode.InvalidArgument, "lease is provided");

    public static RpcException TooManyOperations =>
        New(StatusCode.InvalidArgument, "too many operations in txn request");

    public static RpcException DuplicateKey => New(StatusCode.InvalidArgument, "duplicate key given in txn request");

    public static RpcException InvalidSortOption => New(StatusCode.InvalidArgument, "invalid sort option");

    public static RpcException Compacted =>
        New(StatusCode.OutOfRange, "mvcc: required revision has been compacted");

    public static RpcException FutureRevision =>
        New(StatusCode.OutOfRange, "mvcc: required revision is a future revision");

    public static RpcException LeaseNotFound => New(StatusCode.NotFound, "requested lease not found");

    public static RpcException LeaseExists => New(StatusCode.FailedPrecondition, "lease already exists");

    public static RpcException LeaseTimeToLiveTooLarge => New(StatusCode.OutOfRange, "too large lease TTL");

    public static RpcException MemberIdExists => New(StatusCode.FailedPrecondition, "member ID already exist");

    public static RpcException PeerUrlExists => New(StatusCode.FailedPrecondition, "Peer URLs already exists");

    public static RpcException NotEnoughStartedMembers =>
        New(StatusCode.FailedPrecondition, "re-configuration failed due to not enough started members");

    public static RpcException BadMemberUrls => New(StatusCode.InvalidArgument, "given member URLs are invalid");

    public static RpcException MemberNotFound => New(StatusCode.NotFound, "member not found");

    public static RpcException MemberNotLearner =>
        New(StatusCode.FailedPrecondition, "can only promote a learner member");

    public static RpcException LearnerNotReady =>
        New(StatusCode.FailedPrecondition, "can only promote a learner member which is in sync with leader");

    public static RpcException RequestTooLarge => New(StatusCode.InvalidArgument, "request is too large");

    public static RpcException TooManyRequests => New(StatusCode.ResourceExhausted, "too many requests");

    public static RpcException NoLeader => New(StatusCode.Unavailable, "no leader");

    public static RpcException NotLeader => New(StatusCode.FailedPrecondition, "not leader");

    public static RpcException BadLeaderTransferee => New(StatusCode.FailedPrecondition, "bad leader transferee");

    public static RpcException Stopped => New(StatusCode.Unavailable, "server stopped");

    public static RpcException TimedOut => New(StatusCode.Unavailable, "request timed out");

    public static RpcException LeaderTransferTimedOut =>
        New(StatusCode.Unavailable, "request timed out, leader transfer took too long");

    public static RpcException Unhealthy => New(StatusCode.Unavailable, "unhealthy cluster");

    public static RpcException NoInflightDowngrade =>
        New(StatusCode.FailedPrecondition, "no inflight downgrade job");

    public static RpcException InvalidDowngradeTarget =>
        New(StatusCode.InvalidArgument, "invalid downgrade target version");

    public static RpcException Canceled => New(StatusCode.Cancelled, "request canceled");

    private static RpcException New(StatusCode code, string text) => new(new Status(code, $"etcdserver: {text}"));
}
