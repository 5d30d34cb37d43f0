using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Membership;

namespace EmbeddedConsensus.Testing.Hostile;

/// <summary>The bytes of one worker of a <see cref="HostilePeer"/>: the protocol of the TCP transport, written by hand
/// and often wrong.</summary>
internal sealed class HostileBytes(HostilePeerOptions options, Random random)
{
    private const byte Version = 1;
    private const byte NilCode = 0xc0;
    private const byte FalseCode = 0xc2;
    private const byte BinaryCode = 0xc4;
    private const byte LongBinaryCode = 0xc6;
    private const byte NumberCode = 0xcf;
    private const int HandshakeFields = 9;
    private const int MessageFields = 14;
    private const int FrameHeaderBytes = 9;
    private const int LongFrameBytes = 4_089_446;
    private const ulong Stranger = 77;

    private static readonly ulong[] Terms = [1, 2, 5, 1UL << 40, (1UL << 63) - 1, 1UL << 63, ulong.MaxValue];

    /// <summary>Random bytes, sometimes after the right first ones.</summary>
    public byte[] Noise()
    {
        byte[] bytes = new byte[random.Next(1, 600)];
        random.NextBytes(bytes);
        return random.Next(2) == 0 ? bytes : [.. "EMBCON"u8, .. bytes];
    }

    /// <summary>A handshake that is right except that it proves nothing.</summary>
    /// <param name="from">The id that it claims.</param>
    /// <param name="to">The member that it wants to reach.</param>
    /// <param name="lane">The number of the lane.</param>
    public byte[] Handshake(ulong from, ulong to, ulong lane)
    {
        List<byte> body = [0x90 + HandshakeFields, Version, Version];
        Number(body, ClusterIdentity.Of(options.ClusterName));
        Number(body, from);
        Number(body, ulong.MaxValue);
        Number(body, ulong.MaxValue);
        Number(body, to);
        body.Add((byte)lane);
        byte[] secret = new byte[16];
        random.NextBytes(secret);
        Binary(body, secret);
        return Prefixed(body);
    }

    /// <summary>A handshake with something wrong in it.</summary>
    public byte[] OddHandshake()
    {
        byte[] bytes = Handshake(AnyId(), AnyId(), (ulong)random.Next(0, 9));
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes[..random.Next(1, bytes.Length + 1)];
    }

    /// <summary>A frame with a message of any type that means harm.</summary>
    /// <param name="from">The sender that it names.</param>
    /// <param name="to">The receiver.</param>
    public byte[] Message(ulong from, ulong to)
    {
        int type = random.Next(1, 20);
        List<byte> body = [0x90 + MessageFields, (byte)type];
        Number(body, from);
        Number(body, to);
        Number(body, Terms[random.Next(Terms.Length)]);
        Number(body, AnyNumber());
        Number(body, AnyNumber());
        Number(body, AnyNumber());
        Entries(body);
        body.Add((byte)(FalseCode + random.Next(2)));
        Number(body, AnyNumber());
        Number(body, (ulong)random.Next(4));
        Chunk(body, isPresent: type == (int)RaftMessageType.SnapshotChunk);
        Number(body, random.Next(2) == 0 ? 0 : AnyNumber());
        Number(body, (ulong)random.Next(5));
        return Frame([.. body]);
    }

    /// <summary>The start of a frame that is announced at its largest.</summary>
    public byte[] LongFrame()
    {
        byte[] bytes = new byte[FrameHeaderBytes + random.Next(0, 4096)];
        random.NextBytes(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, LongFrameBytes);
        bytes[sizeof(int)] = Version;
        return bytes;
    }

    /// <summary>A request that is none.</summary>
    public byte[] OddRequest()
    {
        byte[] body = new byte[random.Next(0, 2000)];
        random.NextBytes(body);
        if (body.Length > 2 && random.Next(2) == 0)
        {
            (body[0], body[1]) = (1, (byte)random.Next(1, 4));
        }

        byte[] frame = Frame(body);
        return frame[..random.Next(1, frame.Length + 1)];
    }

    /// <summary>A request that says where a member is.</summary>
    public byte[] FalseAddress() => Frame(MembershipCodec.Encode(
        new MembershipRequest(MembershipRequestKind.Introduce, new MemberId(AnyMember()))
        {
            ClusterId = random.Next(2) == 0 ? 0 : AnyNumber(), Address = $"127.0.0.1:{random.Next(1, 1024)}",
        }));

    /// <summary>A request to remove a member.</summary>
    public byte[] Removal() => Frame(MembershipCodec.Encode(
        new MembershipRequest(MembershipRequestKind.Change, new MemberId(AnyMember()))
        {
            ClusterId = random.Next(2) == 0 ? 0 : AnyNumber(),
            IsForLeader = random.Next(2) == 0,
            Change = ConfigurationChange.Remove(new MemberId(AnyMember())),
        }));

    /// <summary>The id of a member.</summary>
    public ulong AnyMember() => options.MemberIds[random.Next(options.MemberIds.Count)];

    /// <summary>The id of a member, of none, or none.</summary>
    public ulong AnyId() => random.Next(4) switch
    {
        0 => Stranger,
        1 => AnyNumber(),
        _ => AnyMember(),
    };

    private ulong AnyNumber() => random.Next(4) switch
    {
        0 => (ulong)random.Next(),
        1 => ulong.MaxValue,
        2 => (ulong)random.NextInt64(),
        _ => (ulong)random.Next(20),
    };

    private void Entries(List<byte> body)
    {
        int count = random.Next(3);
        body.Add((byte)(0x90 + count));
        for (int i = 0; i < count; i++)
        {
            body.Add(0x94);
            Number(body, AnyNumber());
            Number(body, AnyNumber());
            body.Add((byte)random.Next(4));
            byte[] data = new byte[random.Next(40)];
            random.NextBytes(data);
            Binary(body, data);
        }
    }

    private void Chunk(List<byte> body, bool isPresent)
    {
        if (!isPresent)
        {
            body.Add(NilCode);
            return;
        }

        body.AddRange([0x95, 0x93]);
        Number(body, AnyNumber());
        Number(body, AnyNumber());

        // Metadata that is counted in millions.
        body.AddRange([LongBinaryCode, 0x00, 0x40, 0x00, 0x00]);
        body.AddRange(new byte[random.Next(4096)]);
    }

    private static void Number(List<byte> body, ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        body.AddRange([NumberCode, .. bytes]);
    }

    private static void Binary(List<byte> body, byte[] value) =>
        body.AddRange([BinaryCode, (byte)value.Length, .. value]);

    private static byte[] Prefixed(List<byte> body) =>
        [.. "EMBCON"u8, (byte)body.Count, (byte)(body.Count >> 8), .. body];

    private static byte[] Frame(byte[] body)
    {
        byte[] frame = new byte[FrameHeaderBytes + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        frame[sizeof(int)] = Version;
        uint checksum = Crc32C.Append(Crc32C.Compute(frame.AsSpan(0, sizeof(int) + 1)), body);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(sizeof(int) + 1), checksum);
        body.CopyTo(frame.AsSpan(FrameHeaderBytes));
        return frame;
    }
}
