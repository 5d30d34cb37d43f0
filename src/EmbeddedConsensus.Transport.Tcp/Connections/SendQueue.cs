using System.Buffers;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Encoded frames that wait for the socket, in pooled blocks. Not safe for use by several threads.</summary>
internal sealed class SendQueue : IBufferWriter<byte>
{
    private const int BlockBytes = 64 * 1024;

    private readonly List<Block> _blocks = [];

    /// <summary>How many bytes wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many messages wait.</summary>
    public int Messages { get; private set; }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => Bytes == 0;

    /// <summary>How many blocks the bytes lie in.</summary>
    public int BlockCount => _blocks.Count;

    /// <summary>The bytes of one block.</summary>
    public ReadOnlyMemory<byte> BlockAt(int index) => _blocks[index].Array.AsMemory(0, _blocks[index].Length);

    /// <summary>Encodes a message as one frame.</summary>
    public void Append(in RaftMessage message, byte version)
    {
        int block = BeginFrame(out int offset);
        long start = Bytes;
        RaftMessageCodec.Encode(message, this);
        EndFrame(block, offset, (uint)(Bytes - start), version);
        Messages++;
    }

    /// <summary>Appends a frame without a body.</summary>
    public void AppendKeepAlive(byte version)
    {
        int block = BeginFrame(out int offset);
        EndFrame(block, offset, 0, version);
    }

    /// <summary>Drops everything and returns the blocks.</summary>
    public void Clear()
    {
        foreach (Block block in _blocks)
        {
            ArrayPool<byte>.Shared.Return(block.Array);
        }

        _blocks.Clear();
        Bytes = 0;
        Messages = 0;
    }

    /// <inheritdoc />
    public void Advance(int count)
    {
        if (count == 0)
        {
            return;
        }

        Block last = _blocks[^1];
        _blocks[^1] = last with { Length = last.Length + count };
        Bytes += count;
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Block last = LastWithRoom(sizeHint);
        return last.Array.AsSpan(last.Length);
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Block last = LastWithRoom(sizeHint);
        return last.Array.AsMemory(last.Length);
    }

    private Block LastWithRoom(int sizeHint)
    {
        if (_blocks.Count == 0 || _blocks[^1].Array.Length - _blocks[^1].Length < Math.Max(sizeHint, 1))
        {
            _blocks.Add(new Block(ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, BlockBytes)), 0));
        }

        return _blocks[^1];
    }

    // Leaves room for the header, which is known last. A header never straddles two blocks.
    private int BeginFrame(out int offset)
    {
        offset = LastWithRoom(FrameHeader.Size).Length;
        Advance(FrameHeader.Size);
        return _blocks.Count - 1;
    }

    private void EndFrame(int block, int offset, uint bodyLength, byte version)
    {
        uint checksum = FrameHeader.BeginChecksum(bodyLength, version);
        int start = offset + FrameHeader.Size;
        for (int i = block; i < _blocks.Count; i++)
        {
            checksum = Crc32C.Append(checksum, _blocks[i].Array.AsSpan(start, _blocks[i].Length - start));
            start = 0;
        }

        new FrameHeader(bodyLength, version, checksum).Write(_blocks[block].Array.AsSpan(offset));
    }

    private readonly record struct Block(byte[] Array, int Length);
}
