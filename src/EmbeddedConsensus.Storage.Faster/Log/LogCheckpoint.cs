using System.Buffers.Binary;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>A record that makes the ones before it obsolete: written when a prefix of the log is dropped, before any
/// file is deleted.</summary>
/// <param name="Start">The last dropped entry.</param>
/// <param name="LastIndex">The last entry after it; equal to the start's index when all were dropped.</param>
/// <param name="HardState">The hard state at the time; empty if there was none.</param>
/// <param name="NeededAddress">The start of the oldest record that still holds an entry of the log.</param>
internal readonly record struct LogCheckpoint(
    LogPosition Start, ulong LastIndex, ReadOnlyMemory<byte> HardState, long NeededAddress)
{
    private const int FixedBytes = 4 * sizeof(ulong);

    /// <summary>The length of the encoding.</summary>
    public int Bytes => Measure(HardState.Length);

    /// <summary>The length of the encoding of a checkpoint, in bytes.</summary>
    /// <param name="hardStateBytes">The length of its hard state.</param>
    public static int Measure(int hardStateBytes) => FixedBytes + hardStateBytes;

    /// <summary>Encodes the checkpoint.</summary>
    /// <param name="destination">At least <see cref="Bytes"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Start.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Start.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], LastIndex);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], NeededAddress);
        HardState.Span.CopyTo(destination[FixedBytes..]);
    }

    /// <summary>Decodes a checkpoint.</summary>
    /// <param name="source">The payload of its record.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <returns>Whether the payload is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out LogCheckpoint checkpoint)
    {
        checkpoint = default;
        if (source.Length < FixedBytes || source.Length > Measure(LogAppend.MaxHardStateBytes))
        {
            return false;
        }

        checkpoint = new LogCheckpoint(
            new LogPosition(
                BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..])),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            source[FixedBytes..].ToArray(),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]));
        return checkpoint.LastIndex >= checkpoint.Start.Index;
    }
}
