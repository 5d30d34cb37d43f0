using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Transport.Tcp;

/// <summary>What the transport writes to the log. The event ids are stable.</summary>
internal static partial class TcpTransportLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Endpoint} for member {Member}, incarnation {Incarnation}.")]
    public static partial void Listening(ILogger logger, string endpoint, MemberId member, ulong incarnation);

    [LoggerMessage(2, LogLevel.Information, "Connected to member {Peer} at {Address}, {Lane} lane.")]
    public static partial void Connected(ILogger logger, MemberId peer, string address, TransportLane lane);

    [LoggerMessage(3, LogLevel.Warning, "Cannot reach member {Peer} at {Address}, {Lane} lane: {Reason}")]
    public static partial void Unreachable(
        ILogger logger, MemberId peer, string address, TransportLane lane, string reason);

    [LoggerMessage(4, LogLevel.Information, "Accepted {Lane} lane of member {Peer}, incarnation {Incarnation}, from "
        + "{Remote}.")]
    public static partial void Accepted(
        ILogger logger, MemberId peer, ulong incarnation, TransportLane lane, string remote);

    [LoggerMessage(5, LogLevel.Warning, "Refused a connection from {Remote}: {Reason}")]
    public static partial void Refused(ILogger logger, string remote, string reason);

    [LoggerMessage(6, LogLevel.Information, "The {Lane} lane of member {Peer} from {Remote} ended: {Reason}")]
    public static partial void InboundEnded(
        ILogger logger, MemberId peer, TransportLane lane, string remote, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Member {Peer} sent a message from {From} to {To} over its connection to "
        + "{Member}; such messages are dropped.")]
    public static partial void Misdirected(
        ILogger logger, MemberId peer, MemberId from, MemberId to, MemberId member);

    [LoggerMessage(8, LogLevel.Warning, "Dropped a message of up to {Bytes} bytes to member {Peer}: the limit is "
        + "{MaxBytes}. Raise the frame limit on every member, or lower the size of batches.")]
    public static partial void Oversized(ILogger logger, MemberId peer, long bytes, int maxBytes);

    [LoggerMessage(9, LogLevel.Error, "The receiver of messages failed for member {Peer}.")]
    public static partial void ReceiverFailed(ILogger logger, MemberId peer, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "Accepting a connection failed.")]
    public static partial void AcceptFailed(ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Debug, "Attempt to reach member {Peer} at {Address}, {Lane} lane, failed.")]
    public static partial void AttemptFailed(
        ILogger logger, MemberId peer, string address, TransportLane lane, Exception exception);
}
