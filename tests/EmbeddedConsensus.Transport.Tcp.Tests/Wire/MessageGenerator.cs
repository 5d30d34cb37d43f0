using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Wire;

/// <summary>Random messages, a function of their seed, with numbers that favour the edges of their encodings.</summary>
internal sealed class MessageGenerator(int seed)
{
    private static readonly ulong[] Edges =
        [0, 1, 127, 128, 255, 256, 65535, 65536, uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private readonly Random _random = new(seed);

    public RaftMessage Next() =>
        new()
        {
            Type = (RaftMessageType)_random.Next(1, 19),
            From = new MemberId(Number()),
            To = new MemberId(Number()),
            Term = Number(),
            Index = Number(),
            LogTerm = Number(),
            Commit = Number(),
            Entries = Entries(),
            Reject = _random.Next(2) == 0,
            RejectHint = Number(),
            Context = Number(),
            Chunk = _random.Next(3) == 0 ? Chunk() : null,
            ClusterId = Number(),
            FormatVersion = (uint)Number(),
        };

    private LogEntry[] Entries()
    {
        var entries = new LogEntry[_random.Next(4) == 0 ? _random.Next(40) : 0];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = new LogEntry(Number(), Number(), (LogEntryKind)_random.Next(3), Bytes());
        }

        return entries;
    }

    private SnapshotChunk Chunk() =>
        new(
            new SnapshotDescriptor(new LogPosition(Number(), Number()), Metadata()),
            (long)(Number() >> 1),
            (long)(Number() >> 1),
            Bytes(),
            (uint)Number());

    private byte[] Metadata() => [.. Bytes().Take(SnapshotDescriptor.MaxMetadataBytes)];

    private byte[] Bytes()
    {
        byte[] bytes = new byte[_random.Next(10) == 0 ? _random.Next(70_000) : _random.Next(300)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private ulong Number() => _random.Next(3) == 0 ? (ulong)_random.NextInt64() : Edges[_random.Next(Edges.Length)];
}
