using System.Buffers.Binary;
using System.Numerics;

namespace EmbeddedConsensus.Mvcc;

/// <summary>CRC-32C (Castagnoli) over pieces: start with all ones, complement the result.</summary>
internal static class Crc32C
{
    /// <summary>Extends a checksum by more bytes.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return crc;
    }
}
