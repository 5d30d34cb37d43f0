using System.Buffers.Binary;
using System.Numerics;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>The CRC32C checksum (Castagnoli), which processors compute in hardware.</summary>
internal static class Crc32C
{
    /// <summary>Continues a checksum.</summary>
    /// <param name="seed">The checksum so far, or a number that sets this use apart from others.</param>
    /// <param name="data">The bytes to add.</param>
    public static uint Append(uint seed, ReadOnlySpan<byte> data)
    {
        uint crc = ~seed;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    /// <summary>Continues a checksum with a number.</summary>
    /// <param name="seed">The checksum so far.</param>
    /// <param name="value">The number.</param>
    public static uint Append(uint seed, ulong value) => ~BitOperations.Crc32C(~seed, value);
}
