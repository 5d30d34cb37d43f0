using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>The CRC-32C checksum (Castagnoli), with the processor's instruction for it where there is one.</summary>
internal struct Crc32C()
{
    private uint _state = uint.MaxValue;

    /// <summary>The checksum of all that was appended.</summary>
    public readonly uint Value => ~_state;

    /// <summary>Takes further bytes into the checksum.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            state = BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : Reverse(word));
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            state = BitOperations.Crc32C(state, rest);
        }

        _state = state;
    }

    /// <summary>Takes further bytes into the checksum.</summary>
    public void Append(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> segment in bytes)
        {
            Append(segment.Span);
        }
    }

    private static ulong Reverse(ulong word) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
}
