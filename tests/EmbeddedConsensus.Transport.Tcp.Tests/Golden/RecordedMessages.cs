using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Golden;

/// <summary>The messages of the recorded conversation: every type with the fields that it uses, and the edges of the
/// encoding. Add messages; never change one, because the recordings of older versions are compared with them.</summary>
internal static class RecordedMessages
{
    private static readonly MemberId Leader = new(1);
    private static readonly MemberId Follower = new(0x8e9e05c52164694d);

    /// <summary>The messages, by name.</summary>
    public static IReadOnlyDictionary<string, RaftMessage> All { get; } = new Dictionary<string, RaftMessage>
    {
        ["append"] = FromLeader(RaftMessageType.Append) with
        {
            Index = 10,
            LogTerm = 4,
            Commit = 8,
            Entries = new LogEntry[]
            {
                new(11, 5, LogEntryKind.NoOp, default),
                new(12, 5, LogEntryKind.Command, Pattern(300)),
                new(13, 5, LogEntryKind.Configuration, Pattern(3)),
            },
        },
        ["append-probe"] = FromLeader(RaftMessageType.Append) with { Index = 70_000, LogTerm = 200, Commit = 65_535 },
        ["append-large"] = FromLeader(RaftMessageType.Append) with
        {
            Index = uint.MaxValue,
            LogTerm = 5,
            Entries = new LogEntry[]
            {
                new(1UL << 32, 5, LogEntryKind.Command, Pattern(255)),
                new((1UL << 32) + 1, 5, LogEntryKind.Command, Pattern(3000)),
            },
        },
        ["append-of-twenty"] = FromLeader(RaftMessageType.Append) with
        {
            Entries = Enumerable.Range(1, 20)
                .Select(i => new LogEntry((ulong)i, 1, LogEntryKind.Command, Pattern(i))).ToArray(),
        },
        ["append-response"] = FromFollower(RaftMessageType.AppendResponse) with { Index = 13, FormatVersion = 2 },
        ["append-response-rejected"] = FromFollower(RaftMessageType.AppendResponse) with
        {
            Index = 65_536,
            LogTerm = 3,
            Reject = true,
            RejectHint = 65_535,
            Context = 1,
            FormatVersion = 2,
        },
        ["vote"] = FromLeader(RaftMessageType.Vote) with { Index = 128, LogTerm = 127, Context = 1 },
        ["vote-response"] = FromFollower(RaftMessageType.VoteResponse) with { Reject = true },
        ["pre-vote"] = FromLeader(RaftMessageType.PreVote) with { Index = 255, LogTerm = 256 },
        ["pre-vote-response"] = FromFollower(RaftMessageType.PreVoteResponse),
        ["heartbeat"] = FromLeader(RaftMessageType.Heartbeat) with { Commit = 300, Context = ulong.MaxValue },
        ["heartbeat-response"] = FromFollower(RaftMessageType.HeartbeatResponse) with
        {
            Index = 150_000,
            Context = ulong.MaxValue,
        },
        ["snapshot-chunk"] = FromLeader(RaftMessageType.SnapshotChunk) with
        {
            Chunk = new SnapshotChunk(
                new SnapshotDescriptor(new LogPosition(1000, 6), Pattern(120)),
                1L << 40,
                1L << 33,
                Pattern(2500),
                0xDEADBEEF),
        },
        ["snapshot-chunk-empty"] = FromLeader(RaftMessageType.SnapshotChunk) with
        {
            Chunk = new SnapshotChunk(
                new SnapshotDescriptor(new LogPosition(7, 1), default), 0, 0, default, 0),
        },
        ["snapshot-chunk-response"] = FromFollower(RaftMessageType.SnapshotChunkResponse) with
        {
            Chunk = new SnapshotChunk(
                new SnapshotDescriptor(new LogPosition(1000, 6), Pattern(120)), 1L << 40, 1L << 34, default, 0),
        },
        ["propose"] = FromFollower(RaftMessageType.Propose) with
        {
            Term = 0,
            Context = 77,
            Entries = new LogEntry[] { new(0, 0, LogEntryKind.Command, Pattern(40)) },
        },
        ["read-index"] = FromFollower(RaftMessageType.ReadIndex) with { Term = 0, Context = 1UL << 63 },
        ["read-index-response"] = FromLeader(RaftMessageType.ReadIndexResponse) with
        {
            Index = long.MaxValue,
            Context = 1UL << 63,
        },
        ["timeout-now"] = FromLeader(RaftMessageType.TimeoutNow),
        ["transfer-leadership"] = FromFollower(RaftMessageType.TransferLeadership) with { Context = 3 },
        ["propose-rejected"] = FromLeader(RaftMessageType.ProposeRejected) with { Context = 77 },
        ["member-removed"] = FromLeader(RaftMessageType.MemberRemoved) with { Index = 12 },
        ["member-refused"] = FromLeader(RaftMessageType.MemberRefused) with { Context = 2 },
    };

    /// <summary>Reproducible bytes.</summary>
    public static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    private static RaftMessage FromLeader(RaftMessageType type) =>
        new() { Type = type, From = Leader, To = Follower, Term = 5, ClusterId = 0xC1 };

    private static RaftMessage FromFollower(RaftMessageType type) =>
        new() { Type = type, From = Follower, To = Leader, Term = 5, ClusterId = 0xC1 };
}
