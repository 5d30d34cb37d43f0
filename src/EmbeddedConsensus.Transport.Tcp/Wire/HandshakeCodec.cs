using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using EmbeddedConsensus.Transport.Tcp.Connections;
using MessagePack;

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
    private const int RequestFields = 9;
    private const int ResponseFields = 8;
    private const int MaxAddressBytes = 255;

    private static ReadOnlySpan<byte> Magic => "EMBCON"u8;

    /// <summary>Writes a request.</summary>
    public static ValueTask WriteAsync(
        Stream stream, in HandshakeRequest request, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(128);
        var writer = new MessagePackWriter(body);
        writer.WriteArrayHeader(RequestFields);
        writer.Write(request.MinVersion);
        writer.Write(request.MaxVersion);
        writer.Write(request.ClusterId);
        writer.Write(request.From.Value);
        writer.Write(request.Incarnation);
        writer.Write(request.Attempt);
        writer.Write(request.To.Value);
        writer.Write((ulong)request.Lane);
        Write(ref writer, request.Secret.Value);
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
        writer.Write((ulong)response.Status);
        writer.Write(response.Version);
        writer.Write(response.MinVersion);
        writer.Write(response.MaxVersion);
        writer.Write(response.ClusterId);
        writer.Write(response.Member.Value);
        Write(ref writer, response.Fingerprint);
        byte[] address = Encoding.UTF8.GetBytes(response.KnownAddress);
        writer.Write(address.AsSpan(0, Math.Min(address.Length, MaxAddressBytes)));
        writer.Flush();
        return stream.WriteAsync(Frame(body.WrittenSpan), cancellationToken);
    }

    /// <summary>Reads a request.</summary>
    /// <exception cref="ProtocolException">What arrives is no request.</exception>
    /// <exception cref="IOException">The connection failed or ended.</exception>
    public static async ValueTask<HandshakeRequest> ReadRequestAsync(
        Stream stream, CancellationToken cancellationToken) =>
        Parse(
            await ReadBodyAsync(stream, cancellationToken).ConfigureAwait(false),
            static (ref reader, _) => ParseRequest(ref reader));

    /// <summary>Reads a response.</summary>
    /// <exception cref="ProtocolException">What arrives is no response.</exception>
    /// <exception cref="IOException">The connection failed or ended.</exception>
    public static async ValueTask<HandshakeResponse> ReadResponseAsync(
        Stream stream, CancellationToken cancellationToken) =>
        Parse(
            await ReadBodyAsync(stream, cancellationToken).ConfigureAwait(false),
            static (ref reader, _) => ParseResponse(ref reader));

    private static T Parse<T>(byte[] body, MessagePackDecoding<byte[], T> parse) =>
        MessagePackDecoder.Decode(new ReadOnlySequence<byte>(body), body, parse);

    private static HandshakeRequest ParseRequest(ref MessagePackReader reader)
    {
        CheckFields(reader.ReadArrayHeader(), RequestFields);
        return new HandshakeRequest(
            reader.ReadByte(),
            reader.ReadByte(),
            reader.ReadUInt64(),
            new MemberId(reader.ReadUInt64()),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            new MemberId(reader.ReadUInt64()),
            (TransportLane)reader.ReadByte(),
            new PeerSecret(ReadNumber(ref reader)));
    }

    private static HandshakeResponse ParseResponse(ref MessagePackReader reader)
    {
        CheckFields(reader.ReadArrayHeader(), ResponseFields);
        return new HandshakeResponse(
            (HandshakeStatus)reader.ReadByte(),
            reader.ReadByte(),
            reader.ReadByte(),
            reader.ReadByte(),
            reader.ReadUInt64(),
            new MemberId(reader.ReadUInt64()),
            ReadNumber(ref reader),
            Encoding.UTF8.GetString(reader.ReadBinary()));
    }

    private static void Write(ref MessagePackWriter writer, UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[PeerSecret.Size];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, number);
        writer.Write(bytes);
    }

    private static UInt128 ReadNumber(ref MessagePackReader reader)
    {
        ReadOnlySequence<byte> read = reader.ReadBinary();
        if (read.Length != PeerSecret.Size)
        {
            throw new ProtocolException(
                $"A handshake has a secret or a fingerprint of {read.Length} bytes; it takes {PeerSecret.Size}.");
        }

        Span<byte> bytes = stackalloc byte[PeerSecret.Size];
        read.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
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
