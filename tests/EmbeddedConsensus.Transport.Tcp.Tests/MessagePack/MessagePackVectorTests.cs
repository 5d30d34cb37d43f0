using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport.Tcp.Wire;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Tests.MessagePack;

/// <summary>Compares messages and binary with the bytes that python3-msgpack wrote; see generate_vectors.py.</summary>
public sealed class MessagePackVectorTests
{
    public static TheoryData<string, string> Vectors
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (Vector vector in Load())
            {
                data.Add(vector.Kind, vector.Value);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_value_is_encoded_as_the_reference_encodes_it(string kind, string value)
    {
        Vector vector = Load().Single(vector => vector.Kind == kind && vector.Value == value);
        byte[] encoded = Encode(kind, value);
        Assert.Equal(vector.Start, Convert.ToHexStringLower(encoded.AsSpan(0, Math.Min(64, encoded.Length))));
        Assert.Equal(vector.Length, encoded.Length);
        Assert.Equal(vector.Digest, Convert.ToHexStringLower(SHA256.HashData(encoded)));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_value_of_the_reference_is_read_back(string kind, string value)
    {
        // Equal to the reference's bytes, by the test above.
        byte[] encoded = Encode(kind, value);
        foreach (int blockSize in (int[])[encoded.Length, 1, 7])
        {
            var reader = new MessagePackReader(Segments.Of(encoded, blockSize));
            CheckRead(ref reader, kind, value, encoded);
            Assert.True(reader.End);
            var skipper = new MessagePackReader(Segments.Of(encoded, blockSize));
            skipper.SkipValue();
            Assert.True(skipper.End);
        }
    }

    private static byte[] Encode(string kind, string value)
    {
        var output = new ArrayBufferWriter<byte>();
        if (kind == "message")
        {
            RaftMessageCodec.Encode(Message(value), output);
            return output.WrittenSpan.ToArray();
        }

        var writer = new MessagePackWriter(output);
        writer.WriteBinary(Pattern(int.Parse(value, CultureInfo.InvariantCulture)));
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void CheckRead(ref MessagePackReader reader, string kind, string value, byte[] encoded)
    {
        if (kind == "message")
        {
            RaftMessage message = RaftMessageCodec.Decode(
                new ReadOnlySequence<byte>(encoded), PayloadOwnership.Owned);
            Assert.True(RaftMessageEquality.ContentEquals(Message(value), message));
            reader.SkipValue();
        }
        else
        {
            Assert.Equal(Pattern(int.Parse(value, CultureInfo.InvariantCulture)), reader.ReadBinary().ToArray());
        }
    }

    private static RaftMessage Message(string name) => name switch
    {
        "heartbeat" => new RaftMessage
        {
            Type = RaftMessageType.Heartbeat,
            From = new MemberId(1),
            To = new MemberId(2),
            Term = 9,
            Commit = 300,
            Context = ulong.MaxValue,
            ClusterId = ulong.MaxValue - 1,
        },
        "append" => new RaftMessage
        {
            Type = RaftMessageType.Append,
            From = new MemberId(1UL << 63),
            To = new MemberId(70_000),
            Term = 5,
            Index = 10,
            LogTerm = 4,
            Commit = 8,
            Entries = new LogEntry[]
            {
                new(11, 5, LogEntryKind.Command, Pattern(300)),
                new(12, 5, LogEntryKind.NoOp, default),
                new(13, 5, LogEntryKind.Configuration, Pattern(3)),
            },
        },
        "rejection" => new RaftMessage
        {
            Type = RaftMessageType.AppendResponse,
            From = new MemberId(3),
            To = new MemberId(1),
            Term = 6,
            Index = 65_536,
            Reject = true,
            RejectHint = 65_535,
            FormatVersion = 2,
        },
        _ => new RaftMessage
        {
            Type = RaftMessageType.SnapshotChunk,
            From = new MemberId(1),
            To = new MemberId(3),
            Term = 7,
            Chunk = new SnapshotChunk(
                new SnapshotDescriptor(new LogPosition(1000, 6), Pattern(120)),
                1L << 40,
                1L << 33,
                Pattern(70_000),
                0xDEADBEEF),
        },
    };

    private static byte[] Pattern(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i % 251);
        }

        return bytes;
    }

    private static Vector[] Load()
    {
        using Stream stream = typeof(MessagePackVectorTests).Assembly.GetManifestResourceStream("vectors.txt")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t'))
                .Select(parts => new Vector(
                    parts[0], parts[1], int.Parse(parts[2], CultureInfo.InvariantCulture), parts[3], parts[4])),
        ];
    }

    private sealed record Vector(string Kind, string Value, int Length, string Digest, string Start);
}
