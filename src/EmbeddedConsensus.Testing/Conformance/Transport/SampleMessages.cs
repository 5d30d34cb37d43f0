using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Messages of every kind, with every field in use.</summary>
internal static class SampleMessages
{
    /// <summary>One message of each type, each with values of its own in all fields that it may carry.</summary>
    public static IEnumerable<RaftMessage> OfEveryType(MemberId from, MemberId to)
    {
        foreach (RaftMessageType type in Enum.GetValues<RaftMessageType>())
        {
            ulong seed = (ulong)type * 1000;
            yield return new RaftMessage
            {
                Type = type,
                From = from,
                To = to,
                Term = seed + 1,
                Index = ulong.MaxValue - seed,
                LogTerm = seed + 70_000,
                Commit = (seed << 32) + 3,
                Entries = type is RaftMessageType.Append or RaftMessageType.Propose
                    ? EntriesOfEveryKind(seed)
                    : default,
                Reject = (seed / 1000) % 2 == 0,
                RejectHint = seed + 5,
                Context = 0x8000_0000_0000_0000 + seed,
                Chunk = type is RaftMessageType.SnapshotChunk or RaftMessageType.SnapshotChunkResponse
                    ? Chunk(type == RaftMessageType.SnapshotChunk ? 5000 : 0)
                    : null,
                ClusterId = (seed << 40) + 9,
                FormatVersion = (uint)seed + 11,
            };
        }
    }

    /// <summary>An append with entries of a given size.</summary>
    public static RaftMessage Append(MemberId from, MemberId to, int entries, int entryBytes, ulong context = 0)
    {
        var list = new LogEntry[entries];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = new LogEntry((ulong)i + 1, 7, LogEntryKind.Command, Bytes(entryBytes, i));
        }

        return new RaftMessage
        {
            Type = RaftMessageType.Append,
            From = from,
            To = to,
            Term = 7,
            Entries = list,
            Context = context,
        };
    }

    /// <summary>A heartbeat that its context distinguishes from others.</summary>
    public static RaftMessage Heartbeat(MemberId from, MemberId to, ulong context) =>
        new() { Type = RaftMessageType.Heartbeat, From = from, To = to, Term = 3, Context = context };

    /// <summary>A piece of a snapshot.</summary>
    public static RaftMessage Snapshot(MemberId from, MemberId to, int bytes, ulong context = 0) =>
        new()
        {
            Type = RaftMessageType.SnapshotChunk,
            From = from,
            To = to,
            Term = 3,
            Context = context,
            Chunk = Chunk(bytes),
        };

    private static SnapshotChunk Chunk(int bytes) =>
        new(
            new SnapshotDescriptor(new LogPosition(123_456_789, 42), Bytes(500, 98)),
            TotalLength: 1L << 40,
            Offset: (1L << 33) + 17,
            Bytes(bytes, 99),
            Checksum: 0xdeadbeef);

    private static LogEntry[] EntriesOfEveryKind(ulong seed) =>
    [
        new(seed + 1, 1, LogEntryKind.NoOp, default),
        new(seed + 2, 2, LogEntryKind.Command, Bytes(300, (int)seed)),
        new(seed + 3, ulong.MaxValue, LogEntryKind.Configuration, Bytes(31, 5)),
        new(ulong.MaxValue, 4, LogEntryKind.Command, Bytes(1, 6)),
    ];

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
