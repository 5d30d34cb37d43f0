using System.Buffers.Binary;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>Where the log ended when it was last looked at: the contents of a slot of <see cref="LogEndFile"/>.
/// </summary>
/// <remarks>Little endian: magic (8 bytes), generation (8), incarnation (8), sequence (8), flags (4), checksum with the
/// folder's random number (4).</remarks>
/// <param name="Incarnation">Which opening of the log wrote the mark.</param>
/// <param name="Sequence">A record that was durable: the last one, if <paramref name="IsClean"/>.</param>
/// <param name="IsClean">Whether the log was closed after that record, or never opened.</param>
/// <param name="MayLackTail">Whether an earlier start could not prove that it had found the whole log, and consensus
/// has not noted that in its hard state yet.</param>
internal readonly record struct LogEndMark(ulong Incarnation, ulong Sequence, bool IsClean, bool MayLackTail)
{
    /// <summary>The length of a slot's contents.</summary>
    public const int Bytes = 40;

    private const ulong Magic = 0x31_44_4E_45_47_4F_4C_45; // "ELOGEND1"
    private const int ChecksumAt = 36;
    private const uint Clean = 1;
    private const uint Lacking = 2;

    /// <summary>Encodes the mark.</summary>
    /// <param name="slot">Exactly <see cref="Bytes"/> bytes.</param>
    /// <param name="generation">The number of the mark: each is one greater than the one before.</param>
    /// <param name="folderId">The folder's random number.</param>
    public void Write(Span<byte> slot, ulong generation, ulong folderId)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(slot, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[8..], generation);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[16..], Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[24..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[32..], (IsClean ? Clean : 0) | (MayLackTail ? Lacking : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(slot[ChecksumAt..], Checksum(slot, folderId));
    }

    /// <summary>Decodes a slot.</summary>
    /// <param name="slot">Exactly <see cref="Bytes"/> bytes.</param>
    /// <param name="folderId">The folder's random number.</param>
    /// <param name="generation">The number of the mark.</param>
    /// <param name="mark">The mark.</param>
    /// <returns>Whether the slot holds an undamaged mark of this folder.</returns>
    public static bool TryRead(ReadOnlySpan<byte> slot, ulong folderId, out ulong generation, out LogEndMark mark)
    {
        generation = BinaryPrimitives.ReadUInt64LittleEndian(slot[8..]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(slot[32..]);
        mark = new LogEndMark(
            BinaryPrimitives.ReadUInt64LittleEndian(slot[16..]), BinaryPrimitives.ReadUInt64LittleEndian(slot[24..]),
            (flags & Clean) != 0, (flags & Lacking) != 0);
        return BinaryPrimitives.ReadUInt64LittleEndian(slot) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(slot[ChecksumAt..]) == Checksum(slot, folderId);
    }

    /// <summary>Whether a slot can be that of a folder in which nothing was ever written.</summary>
    /// <param name="slot">Exactly <see cref="Bytes"/> bytes.</param>
    public static bool IsOfNewFolder(ReadOnlySpan<byte> slot) =>
        BinaryPrimitives.ReadUInt64LittleEndian(slot) == Magic && slot[16..32].IndexOfAnyExcept((byte)0) < 0;

    private static uint Checksum(ReadOnlySpan<byte> slot, ulong folderId) =>
        Crc32C.Append(Crc32C.Append(0, folderId), slot[..ChecksumAt]);
}
