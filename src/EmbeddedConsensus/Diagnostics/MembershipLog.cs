using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Diagnostics;

/// <summary>What a replica logs about the membership of its cluster. Event ids from 101; docs/logging.md lists them.
/// </summary>
internal static partial class MembershipLog
{
    [LoggerMessage(101, LogLevel.Information,
        "Member {Member} goes by the membership on its disk, voters {Voters} and learners {Learners}; the members and "
        + "addresses in its options apply to a first start only")]
    public static partial void OptionsIgnored(this ILogger logger, MemberId member, string voters, string learners);

    [LoggerMessage(102, LogLevel.Information,
        "Member {Member} at {Address} has an empty disk and asks to join the cluster at {Addresses}")]
    public static partial void Joining(this ILogger logger, MemberId member, string address, string addresses);

    [LoggerMessage(103, LogLevel.Information, "Member {Member} has joined cluster {ClusterId:x}")]
    public static partial void Joined(this ILogger logger, MemberId member, ulong clusterId);

    [LoggerMessage(104, LogLevel.Information, "Member {Member} is now known to its cluster at {Address}")]
    public static partial void Moved(this ILogger logger, MemberId member, string address);

    [LoggerMessage(105, LogLevel.Information, "Member {Member} has learned that member {Peer} is at {Address}")]
    public static partial void PeerMoved(this ILogger logger, MemberId member, MemberId peer, string address);

    [LoggerMessage(106, LogLevel.Warning, "Member {Member} no longer belongs to its cluster and has stopped: {Reason}")]
    public static partial void Removed(this ILogger logger, MemberId member, string reason);

    [LoggerMessage(107, LogLevel.Warning,
        "Member {Member} asked the member at {Address} about its membership and asks again: {Trouble}")]
    public static partial void MembershipRequestFailed(
        this ILogger logger, MemberId member, string address, string trouble);

    [LoggerMessage(108, LogLevel.Error,
        "Member {Member} failed to maintain its membership and retries within an election timeout")]
    public static partial void MembershipMaintenanceFailed(
        this ILogger logger, MemberId member, Exception exception);

    [LoggerMessage(109, LogLevel.Debug, "Member {Member} sees a change of the membership begin at log index {Index}")]
    public static partial void MembershipChanging(this ILogger logger, MemberId member, ulong index);

    [LoggerMessage(110, LogLevel.Information,
        "Member {Member} sees a new membership at log index {Index}: voters {Voters}; learners {Learners}")]
    public static partial void MembershipChanged(
        this ILogger logger, MemberId member, ulong index, string voters, string learners);

    [LoggerMessage(111, LogLevel.Warning,
        "Member {Member} has an empty disk and does not found cluster '{Cluster}' before every listed member has been "
        + "asked: {Waits}")]
    public static partial void FoundingWaits(this ILogger logger, MemberId member, string cluster, string waits);

    [LoggerMessage(112, LogLevel.Warning,
        "Member {Member} has members in its options that its cluster does not have: {Unknown}. Editing the list adds "
        + "no member to a cluster that exists; start each of them with JoinAddresses instead of Members")]
    public static partial void MembersUnknown(this ILogger logger, MemberId member, string unknown);
}
