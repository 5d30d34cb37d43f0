using System.Buffers;
using System.Buffers.Binary;
using EmbeddedConsensus.Transport.Tcp.MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>
/// Reads and writes the handshake: six bytes that name the protocol, a length of two bytes (little-endian) and an array
/// in MessagePack. This outer shape never changes, so that any two versions understand each other's refusal.
/// </summary>
internal static class HandshakeCodec
{
    /// <summary>The longest body of a handshake.</summary>
    public const int MaxBodyBytes = 512;

    private const int HeaderBytes = 8;
    private const int RequestFields = 8;
    private const int ResponseFields = 6;

    private static ReadOnlySpan<byte> Magic => "EMBCON"u8;

    /// <summary>Writes a request.</summary>
    public static ValueTask WriteAsync(
        Stream stream, in HandshakeRequest request, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(128);
        var writer = new MessagePackWriter(body);
        writer.WriteArrayHeader(RequestFields);
        writer.WriteUInt64(request.MinVersion);
        writer.WriteUInt64(request.MaxVersion);
        writer.WriteUInt64(request.ClusterId);
        writer.WriteUInt64(request.From.Value);
        writer.WriteUInt64(request.Incarnation);
        writer.WriteUInt64(request.Attempt);
        writer.WriteUInt64(request.To.Value);
        writer.WriteUInt64((ulong)request.Lane);
        writer.Flush();
        return stream.WriteAsync(Frame(body.WrittenSpan), cancellationToken);
    }

    /// <summary>Writes a response.</summary>
    public static ValueTask WriteAsync(
        Stream stream, in HandshakeResponse response, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(64);
        var writer = new MessagePackWriter(body);
        writer.WriteArrayHeader(ResponseFields);
        writer.WriteUInt64((ulong)response.Status);
        writer.WriteUInt64(response.Version);
        writer.WriteUInt64(response.MinVersion);
        writer.WriteUInt64(response.MaxVersion);
        writer.WriteUInt64(response.ClusterId);
        writer.WriteUInt64(response.Member.Value);
        writer.Flush();
        return stream.WriteAsync(Frame(body.WrittenSpan), cancellationToken);
    }

    /// <summary>Reads a request.</summary>
    /// <exception cref="ProtocolException">What arrives is no request.</exception>
    /// <exception cref="IOException">The connection failed or ended.</exception>
    public static async ValueTask<HandshakeRequest> ReadRequestAsync(
        Stream stream, CancellationToken cancellationToken) =>
        ParseRequest(await ReadBodyAsync(stream, cancellationToken).ConfigureAwait(false));

    /// <summary>Reads a response.</summary>
    /// <exception cref="ProtocolException">What arrives is no response.</exception>
    /// <exception cref="IOException">The connection failed or ended.</exception>
    public static async ValueTask<HandshakeResponse> ReadResponseAsync(
        Stream stream, CancellationToken cancellationToken) =>
        ParseResponse(await ReadBodyAsync(stream, cancellationToken).ConfigureAwait(false));

    private static HandshakeRequest ParseRequest(byte[] body)
    {
        var reader = new MessagePackReader(new ReadOnlySequence<byte>(body));
        CheckFields(reader.ReadArrayHeader(), RequestFields);
        return new HandshakeRequest(
            (byte)reader.ReadUInt32(byte.MaxValue),
            (byte)reader.ReadUInt32(byte.MaxValue),
            reader.ReadUInt64(),
            new MemberId(reader.ReadUInt64()),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            new MemberId(reader.ReadUInt64()),
            (TransportLane)reader.ReadUInt32(byte.MaxValue));
    }

    private static HandshakeResponse ParseResponse(byte[] body)
    {
        var reader = new MessagePackReader(new ReadOnlySequence<byte>(body));
        CheckFields(reader.ReadArrayHeader(), ResponseFields);
        return new HandshakeResponse(
            (HandshakeStatus)reader.ReadUInt32(byte.MaxValue),
            (byte)reader.ReadUInt32(byte.MaxValue),
            (byte)reader.ReadUInt32(byte.MaxValue),
            (byte)reader.ReadUInt32(byte.MaxValue),
            reader.ReadUInt64(),
            new MemberId(reader.ReadUInt64()));
    }

    private static void CheckFields(int count, int least)
    {
        if (count < least)
        {
            throw new ProtocolException($"A handshake has {count} fields; {least} is the least.");
        }
    }

    private static byte[] Frame(ReadOnlySpan<byte> body)
    {
        byte[] frame = new byte[HeaderBytes + body.Length];
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(Magic.Length), (ushort)body.Length);
        body.CopyTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    private static async ValueTask<byte[]> ReadBodyAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
        if (!header.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            throw new ProtocolException("The other side does not speak this protocol: its first bytes are "
                + Convert.ToHexStringLower(header) + ". Check that the address is that of a replica.");
        }

        ushort length = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(Magic.Length));
        if (length > MaxBodyBytes)
        {
            throw new ProtocolException($"A handshake announces {length} bytes; the limit is {MaxBodyBytes}.");
        }

        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
        return body;
    }
}
