using System.Buffers;
using BenchmarkDotNet.Attributes;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Benchmarks.Transport;

/// <summary>The cost of encoding a message into a frame and decoding it. Encoding includes the checksum.</summary>
[MemoryDiagnoser]
public class RaftMessageCodecBenchmarks
{
    private readonly SendQueue _queue = new();
    private RaftMessage _message;
    private ReadOnlySequence<byte> _encoded;

    /// <summary>The number of entries in the message; none makes it a heartbeat.</summary>
    [Params(0, 1, 64, 1024)]
    public int Entries { get; set; }

    /// <summary>Bytes of each entry's payload.</summary>
    [Params(256)]
    public int EntryBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var entries = new LogEntry[Entries];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = new LogEntry(1_000_000 + (ulong)i, 12, LogEntryKind.Command, new byte[EntryBytes]);
        }

        _message = new RaftMessage
        {
            Type = Entries == 0 ? RaftMessageType.Heartbeat : RaftMessageType.Append,
            From = new MemberId(0x8e9e05c52164694d),
            To = new MemberId(0xfd422379fda50e48),
            Term = 12,
            Index = 999_999,
            LogTerm = 12,
            Commit = 999_990,
            Entries = entries,
        };
        var output = new ArrayBufferWriter<byte>();
        RaftMessageCodec.Encode(_message, output);
        _encoded = new ReadOnlySequence<byte>(output.WrittenSpan.ToArray());
    }

    /// <summary>Encodes a message into a frame of the queue.</summary>
    [Benchmark]
    public long Encode()
    {
        _queue.Append(_message, ProtocolVersion.Max);
        long bytes = _queue.Bytes;
        _queue.Clear();
        return bytes;
    }

    /// <summary>Decodes a message from a frame that it owns.</summary>
    [Benchmark]
    public int Decode() => RaftMessageCodec.Decode(_encoded, PayloadOwnership.Owned).Entries.Length;
}
