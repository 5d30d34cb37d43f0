using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Transport.Tcp;

/// <summary>What the transport logs. Event ids from 201; docs/logging.md lists them.</summary>
internal static partial class TcpTransportLog
{
    [LoggerMessage(201, LogLevel.Information,
        "Member {Member} listens on {Endpoint} with incarnation {Incarnation}")]
    public static partial void Listening(this ILogger logger, MemberId member, string endpoint, ulong incarnation);

    [LoggerMessage(202, LogLevel.Information, "Connected to member {Peer} at {Address}, {Lane} lane")]
    public static partial void Connected(this ILogger logger, MemberId peer, string address, TransportLane lane);

    [LoggerMessage(203, LogLevel.Warning, "Cannot reach member {Peer} at {Address}, {Lane} lane: {Reason}")]
    public static partial void Unreachable(
        this ILogger logger, MemberId peer, string address, TransportLane lane, string reason);

    [LoggerMessage(204, LogLevel.Debug, "Attempt to reach member {Peer} at {Address}, {Lane} lane, failed")]
    public static partial void AttemptFailed(
        this ILogger logger, MemberId peer, string address, TransportLane lane, Exception exception);

    [LoggerMessage(205, LogLevel.Information,
        "Accepted the {Lane} lane of member {Peer}, incarnation {Incarnation}, from {Remote}")]
    public static partial void Accepted(
        this ILogger logger, MemberId peer, ulong incarnation, TransportLane lane, string remote);

    [LoggerMessage(206, LogLevel.Warning, "Refused a connection from {Remote}: {Reason}")]
    public static partial void Refused(this ILogger logger, string remote, string reason);

    [LoggerMessage(207, LogLevel.Warning, "Accepting a connection failed")]
    public static partial void AcceptFailed(this ILogger logger, Exception exception);

    [LoggerMessage(208, LogLevel.Information, "The {Lane} lane of member {Peer} from {Remote} ended: {Reason}")]
    public static partial void InboundEnded(
        this ILogger logger, MemberId peer, TransportLane lane, string remote, string reason);

    [LoggerMessage(209, LogLevel.Warning,
        "Member {Peer} sent a message from {From} to {To} over its connection to {Member}; such messages are dropped")]
    public static partial void Misdirected(
        this ILogger logger, MemberId peer, MemberId from, MemberId to, MemberId member);

    [LoggerMessage(210, LogLevel.Warning,
        "Dropped a message of up to {Bytes} bytes to member {Peer}: the limit is {MaxBytes}. It was written by "
        + "another version of the library")]
    public static partial void Oversized(this ILogger logger, MemberId peer, long bytes, int maxBytes);

    [LoggerMessage(211, LogLevel.Error, "Handling a message of member {Peer} failed")]
    public static partial void ReceiverFailed(this ILogger logger, MemberId peer, Exception exception);

    [LoggerMessage(212, LogLevel.Warning,
        "Member {Member} listens on {Endpoint} without encryption and certificates: a process that reaches this "
        + "address can read the traffic, or ask to join. Use a network that only members reach")]
    public static partial void Unprotected(this ILogger logger, MemberId member, string endpoint);

    [LoggerMessage(213, LogLevel.Warning,
        "Member {Member} does not listen yet: the name in {Endpoint} does not resolve: {Reason}. It is resolved again "
        + "until it does. Check the name, or set ListenEndpoint to an IP address or *")]
    public static partial void Unresolved(this ILogger logger, MemberId member, string endpoint, string reason);
}
