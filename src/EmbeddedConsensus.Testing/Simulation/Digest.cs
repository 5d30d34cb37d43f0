using System.Buffers.Binary;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A 64-bit hash of bytes that is the same in every process.</summary>
internal static class Digest
{
    /// <summary>The hash of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0x9E3779B97F4A7C15 ^ (ulong)bytes.Length;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte next in bytes)
        {
            hash = Mix(hash, next);
        }

        return hash;
    }

    private static ulong Mix(ulong hash, ulong word)
    {
        ulong z = (hash ^ word) * 0xFF51AFD7ED558CCD;
        return z ^ (z >> 29);
    }
}
