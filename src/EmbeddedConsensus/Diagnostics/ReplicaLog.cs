using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Diagnostics;

/// <summary>What a replica logs about its life and its snapshots. Event ids from 1; docs/logging.md lists them.
/// </summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Member {Member} has started with term {Term}, log index {LastIndex} and revision {Revision}")]
    public static partial void Started(
        this ILogger logger, MemberId member, ulong term, ulong lastIndex, long revision);

    [LoggerMessage(2, LogLevel.Information, "Member {Member} has stopped")]
    public static partial void Stopped(this ILogger logger, MemberId member);

    [LoggerMessage(3, LogLevel.Critical,
        "Member {Member} is faulted and takes no further part in the cluster; restart it once the cause is removed")]
    public static partial void Faulted(this ILogger logger, MemberId member, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Member {Member} wrote a snapshot at log index {Index}: {Length} bytes")]
    public static partial void SnapshotTaken(this ILogger logger, MemberId member, ulong index, long length);

    [LoggerMessage(5, LogLevel.Information,
        "Member {Member} installed a snapshot of its leader at log index {Index}: {Length} bytes")]
    public static partial void SnapshotInstalled(this ILogger logger, MemberId member, ulong index, long length);

    [LoggerMessage(6, LogLevel.Error,
        "Member {Member} drops malformed proposals that other members forward to it. {Fault} Logged once")]
    public static partial void ProposalsDropped(this ILogger logger, MemberId member, string fault);
}
