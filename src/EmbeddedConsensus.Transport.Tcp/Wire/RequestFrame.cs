using System.Buffers;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>A request or its answer on the wire: a <see cref="FrameHeader"/> and the bytes.</summary>
internal static class RequestFrame
{
    /// <summary>The longest body: an answer with its status.</summary>
    public const int MaxBodyBytes = ITransport.MaxRequestBytes + 1;

    /// <summary>Writes a frame.</summary>
    public static async ValueTask WriteAsync(
        Stream stream, byte version, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        byte[] frame = new byte[FrameHeader.Size + body.Length];
        uint checksum = Crc32C.Append(FrameHeader.BeginChecksum((uint)body.Length, version), body.Span);
        new FrameHeader((uint)body.Length, version, checksum).Write(frame);
        body.CopyTo(frame.AsMemory(FrameHeader.Size));
        await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a frame.</summary>
    /// <exception cref="ProtocolException">The bytes are no such frame, or it is too long.</exception>
    /// <exception cref="IOException">The connection failed or ended.</exception>
    public static async ValueTask<byte[]> ReadAsync(Stream stream, byte version, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[FrameHeader.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        FrameHeader header = FrameHeader.Read(new ReadOnlySequence<byte>(bytes));
        if (header.Version != version || header.BodyLength > MaxBodyBytes)
        {
            throw new ProtocolException(
                $"A request's frame announces {header.BodyLength} bytes in format {header.Version}; the limit is "
                + $"{MaxBodyBytes}, and the handshake chose {version}.");
        }

        byte[] body = new byte[header.BodyLength];
        await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
        uint checksum = Crc32C.Append(FrameHeader.BeginChecksum(header.BodyLength, version), body);
        return header.Checksum == checksum
            ? body
            : throw new ProtocolException($"A request's frame of {body.Length} bytes does not match its checksum.");
    }
}
