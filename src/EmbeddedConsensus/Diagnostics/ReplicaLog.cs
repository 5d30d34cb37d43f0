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

    [LoggerMessage(7, LogLevel.Information, "Member {Member} leads in term {Term}")]
    public static partial void Leading(this ILogger logger, MemberId member, ulong term);

    [LoggerMessage(8, LogLevel.Information, "Member {Member} follows leader {Leader} in term {Term}")]
    public static partial void Following(this ILogger logger, MemberId member, MemberId leader, ulong term);

    [LoggerMessage(9, LogLevel.Information, "Member {Member} no longer leads in term {Term}")]
    public static partial void LeadershipLost(this ILogger logger, MemberId member, ulong term);

    [LoggerMessage(10, LogLevel.Information, "Member {Member} no longer hears from leader {Leader} of term {Term}")]
    public static partial void LeaderLost(this ILogger logger, MemberId member, MemberId leader, ulong term);

    [LoggerMessage(11, LogLevel.Debug, "Member {Member} is a {Role} in term {Term}")]
    public static partial void Campaigning(this ILogger logger, MemberId member, ReplicaRole role, ulong term);

    [LoggerMessage(12, LogLevel.Warning,
        "Member {Member} has known no leader for {Duration}, term {Term}: no majority of the voters can be reached; "
        + "writes and linearizable reads wait for one")]
    public static partial void MajorityLost(this ILogger logger, MemberId member, TimeSpan duration, ulong term);

    [LoggerMessage(13, LogLevel.Information, "Member {Member} knows a leader again after {Duration}")]
    public static partial void MajorityRegained(this ILogger logger, MemberId member, TimeSpan duration);

    [LoggerMessage(14, LogLevel.Information,
        "Member {Member} sends its snapshot at log index {Index} to member {Peer}, which needs entries that the log no "
        + "longer holds")]
    public static partial void SnapshotSending(this ILogger logger, MemberId member, ulong index, MemberId peer);

    [LoggerMessage(15, LogLevel.Information, "Member {Member} writes format version {Version}, as all members can")]
    public static partial void FormatVersionChanged(this ILogger logger, MemberId member, uint version);

    [LoggerMessage(16, LogLevel.Warning,
        "Member {Member} has a transport and keeps its log in memory: a restart loses its data and its votes, and its "
        + "cluster refuses it under the same id. Call UseFasterStorage, or use in-memory storage for tests only")]
    public static partial void StorageIsVolatile(this ILogger logger, MemberId member);

    [LoggerMessage(17, LogLevel.Error, "Member {Member} ignores the snapshot that leader {Leader} sends. {Fault}")]
    public static partial void SnapshotUnreadable(this ILogger logger, MemberId member, MemberId leader, string fault);

    [LoggerMessage(18, LogLevel.Warning,
        "Member {Member} cannot prove that it found the whole end of its log, which ends at index {LastIndex} now: it "
        + "has no vote until a leader has shown it what was committed. If a majority is in this state there will be no "
        + "leader, and DisasterRecovery.AcceptLostTailAsync lets them vote without what may be missing")]
    public static partial void TailInDoubt(this ILogger logger, MemberId member, ulong lastIndex);

    [LoggerMessage(19, LogLevel.Warning,
        "Member {Member} found a view of revision {Revision}, opened {Age} ago, that nothing disposed; open views hold "
        + "back {Items} pages and versions. Dispose each StoreView, best with a using statement")]
    public static partial void ViewForgotten(
        this ILogger logger, MemberId member, long revision, TimeSpan age, long items);

    [LoggerMessage(20, LogLevel.Error, "Member {Member} has stopped, but not all of it could be closed")]
    public static partial void CloseFailed(this ILogger logger, MemberId member, Exception exception);

    [LoggerMessage(21, LogLevel.Warning,
        "Member {Member} cannot write its snapshot for now. It serves, its log grows, and it tries again. {Fault}")]
    public static partial void SnapshotPostponed(this ILogger logger, MemberId member, string fault);

    [LoggerMessage(22, LogLevel.Error,
        "Member {Member} drops a write from the log, as every member does: none can execute it. {Fault} Logged once")]
    public static partial void CommandDropped(this ILogger logger, MemberId member, string fault);
}
