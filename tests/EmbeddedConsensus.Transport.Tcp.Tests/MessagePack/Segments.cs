using System.Buffers;

namespace EmbeddedConsensus.Transport.Tcp.Tests.MessagePack;

/// <summary>Sequences of many small pieces.</summary>
internal static class Segments
{
    /// <summary>The bytes, cut into blocks of a given size.</summary>
    public static ReadOnlySequence<byte> Of(byte[] bytes, int blockSize)
    {
        if (bytes.Length <= blockSize)
        {
            return new ReadOnlySequence<byte>(bytes);
        }

        var first = new Segment(bytes.AsMemory(0, blockSize), 0);
        Segment last = first;
        for (int start = blockSize; start < bytes.Length; start += blockSize)
        {
            last = last.Append(bytes.AsMemory(start, Math.Min(blockSize, bytes.Length - start)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
