using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Reads messages from a connection, frame by frame.</summary>
/// <param name="input">The bytes of the connection after the handshake.</param>
/// <param name="maxFrameBytes">The longest body accepted.</param>
/// <param name="version">The format version negotiated by the handshake.</param>
internal sealed class FrameReader(PipeReader input, int maxFrameBytes, byte version)
{
    /// <summary>Up to this length a frame is waited for inside the pipe; a longer one gets its own memory at once and
    /// is copied there as it arrives, so that the pipe's buffers stay small.</summary>
    private const int SmallFrameBytes = 2048;

    /// <summary>Up to this length a frame gets its memory at once; a longer one gets it as its bytes arrive.</summary>
    private const int TrustedFrameBytes = 64 * 1024;

    private long _bytesRead;

    /// <summary>The bytes read so far. Another thread may look, to see whether any arrive.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Reads the next message.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message, which owns its payloads; null when the peer closed the connection between
    /// frames.</returns>
    /// <exception cref="ProtocolException">The bytes break the protocol, or end in the middle of a frame.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RaftMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await ReadHeaderAsync(cancellationToken).ConfigureAwait(false) is { } header)
        {
            if (header.BodyLength == 0)
            {
                CheckSum(header, FrameHeader.BeginChecksum(0, header.Version));
                continue;
            }

            return header.BodyLength <= SmallFrameBytes
                ? await ReadSmallAsync(header, cancellationToken).ConfigureAwait(false)
                : await ReadLargeAsync(header, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FrameHeader?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        ReadResult result = await input.ReadAtLeastAsync(FrameHeader.Size, cancellationToken).ConfigureAwait(false);
        ReadOnlySequence<byte> buffer = result.Buffer;
        if (buffer.Length < FrameHeader.Size)
        {
            bool clean = buffer.IsEmpty;
            input.AdvanceTo(buffer.End);
            return clean ? null : throw Truncated();
        }

        FrameHeader header = FrameHeader.Read(buffer);
        Advance(buffer.GetPosition(FrameHeader.Size), FrameHeader.Size);
        if (header.Version != version)
        {
            throw new ProtocolException($"A frame has format version {header.Version}; the handshake chose {version}.");
        }

        return header.BodyLength <= (uint)maxFrameBytes
            ? header
            : throw new ProtocolException(
                $"A frame announces {header.BodyLength} bytes; the limit is {maxFrameBytes}. The sender is "
                + "no member of this release.");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RaftMessage> ReadSmallAsync(FrameHeader header, CancellationToken cancellationToken)
    {
        int length = (int)header.BodyLength;
        ReadResult result = await input.ReadAtLeastAsync(length, cancellationToken).ConfigureAwait(false);
        if (result.Buffer.Length < length)
        {
            input.AdvanceTo(result.Buffer.End);
            throw Truncated();
        }

        ReadOnlySequence<byte> body = result.Buffer.Slice(0, length);
        try
        {
            return DecodeSmall(header, body);
        }
        finally
        {
            Advance(body.End, length);
        }
    }

    private static RaftMessage DecodeSmall(FrameHeader header, in ReadOnlySequence<byte> body)
    {
        CheckSum(header, Crc32C.Append(FrameHeader.BeginChecksum(header.BodyLength, header.Version), body));

        // The pipe takes its memory back: a message with payloads gets memory of its own, the many small ones do not.
        return RaftMessageCodec.MayHoldPayload(body.FirstSpan)
            ? RaftMessageCodec.Decode(new ReadOnlySequence<byte>(body.ToArray()), PayloadOwnership.Owned)
            : RaftMessageCodec.Decode(body, PayloadOwnership.Borrowed);
    }

    private async ValueTask<RaftMessage> ReadLargeAsync(FrameHeader header, CancellationToken cancellationToken)
    {
        byte[] body = await ReadBodyAsync((int)header.BodyLength, cancellationToken).ConfigureAwait(false);
        CheckSum(header, Crc32C.Append(FrameHeader.BeginChecksum(header.BodyLength, header.Version), body));
        return RaftMessageCodec.Decode(new ReadOnlySequence<byte>(body), PayloadOwnership.Owned);
    }

    private async ValueTask<byte[]> ReadBodyAsync(int length, CancellationToken cancellationToken)
    {
        int filled = 0;
        byte[]? begun = null;
        try
        {
            // What is only announced gets no memory: a buffer is at most twice as long as what has come.
            int capacity = TrustedFrameBytes;
            while (capacity < length / 2)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(capacity);
                begun.AsSpan(0, filled).CopyTo(larger);
                Return(begun);
                begun = larger;
                filled = await FillAsync(begun.AsMemory(0, capacity), filled, cancellationToken).ConfigureAwait(false);
                capacity *= 2;
            }

            byte[] body = GC.AllocateUninitializedArray<byte>(length);
            begun.AsSpan(0, filled).CopyTo(body);
            await FillAsync(body, filled, cancellationToken).ConfigureAwait(false);
            return body;
        }
        finally
        {
            Return(begun);
        }
    }

    private async ValueTask<int> FillAsync(Memory<byte> buffer, int filled, CancellationToken cancellationToken)
    {
        while (filled < buffer.Length)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> piece = result.Buffer;
            if (piece.IsEmpty && result.IsCompleted)
            {
                input.AdvanceTo(piece.End);
                throw Truncated();
            }

            piece = piece.Slice(0, Math.Min(piece.Length, buffer.Length - filled));
            piece.CopyTo(buffer.Span[filled..]);
            filled += (int)piece.Length;
            Advance(piece.End, (int)piece.Length);
        }

        return filled;
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Advance(SequencePosition consumed, int bytes)
    {
        input.AdvanceTo(consumed);
        Volatile.Write(ref _bytesRead, _bytesRead + bytes);
    }

    private static void CheckSum(FrameHeader header, uint computed)
    {
        if (header.Checksum != computed)
        {
            throw new ProtocolException(
                $"A frame of {header.BodyLength} bytes has checksum {header.Checksum:x8}, its content "
                + $"{computed:x8}.");
        }
    }

    private static ProtocolException Truncated() => new("The connection ended in the middle of a frame.");
}
