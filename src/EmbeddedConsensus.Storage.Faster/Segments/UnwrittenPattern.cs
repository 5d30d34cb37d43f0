using System.Buffers.Binary;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// What the files of a log hold where nothing was written yet. No damage looks like it: a cut file ends before it, a
/// zeroed one holds zeros, and a copy from another place or another log holds other bytes.
/// </summary>
/// <param name="logId">The log's random number.</param>
internal readonly struct UnwrittenPattern(ulong logId)
{
    private const int WordBytes = sizeof(ulong);
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>Fills memory with the pattern.</summary>
    /// <param name="destination">The memory; its length is a multiple of four.</param>
    /// <param name="address">The address in the log of its first byte; a multiple of four.</param>
    public void Fill(Span<byte> destination, long address)
    {
        if ((address & (WordBytes - 1)) != 0 && !destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(WordAt(address) >> 32));
            destination = destination[sizeof(uint)..];
            address += sizeof(uint);
        }

        for (; destination.Length >= WordBytes; address += WordBytes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, WordAt(address));
            destination = destination[WordBytes..];
        }

        if (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)WordAt(address));
        }
    }

    /// <summary>Whether bytes of the log are unwritten.</summary>
    /// <param name="bytes">The bytes; their number is a multiple of four.</param>
    /// <param name="address">The address of the first one; a multiple of four.</param>
    public bool Matches(ReadOnlySpan<byte> bytes, long address)
    {
        Span<byte> expected = stackalloc byte[LogGeometry.SectorBytes];
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, expected.Length);
            Fill(expected[..count], address);
            if (!bytes[..count].SequenceEqual(expected[..count]))
            {
                return false;
            }

            bytes = bytes[count..];
            address += count;
        }

        return true;
    }

    private ulong WordAt(long address) =>
        ((ulong)address / WordBytes * Multiplier) ^ logId;
}
