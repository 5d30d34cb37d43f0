using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace EmbeddedConsensus;

/// <summary>
/// The CRC-32C checksum (Castagnoli polynomial, reflected, as in iSCSI and ext4), which processors compute in hardware.
/// Storages and transports protect what they carry by it; <see cref="Raft.SnapshotChunk.Checksum"/> is one.
/// </summary>
internal static class Crc32C
{
    /// <summary>The checksum of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>Continues a checksum: that of two pieces is the second appended to the checksum of the first.</summary>
    /// <param name="checksum">The checksum so far; 0 to begin, or a number that sets a use apart from others.</param>
    /// <param name="bytes">The bytes to add.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint state = ~checksum;
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return ~state;
    }

    /// <summary>Continues a checksum.</summary>
    /// <param name="checksum">The checksum so far.</param>
    /// <param name="bytes">The bytes to add.</param>
    public static uint Append(uint checksum, in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> segment in bytes)
        {
            checksum = Append(checksum, segment.Span);
        }

        return checksum;
    }

    /// <summary>Continues a checksum with a number, as with its eight bytes, lowest first.</summary>
    /// <param name="checksum">The checksum so far.</param>
    /// <param name="value">The number.</param>
    public static uint Append(uint checksum, ulong value) => ~BitOperations.Crc32C(~checksum, value);
}
