using System.Buffers.Binary;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// One item of a batch: a hard state or an entry. A batch is its items one after another, cut into records wherever a
/// record is full.
/// </summary>
/// <remarks>Little endian. Hard state: tag 1, length (2), then its bytes. Entry: tag 2, index (8), term (8), kind (1),
/// length of the data (4), data.</remarks>
/// <param name="IsHardState">Whether this is a hard state, and <paramref name="DataStart"/> where its bytes begin.
/// </param>
/// <param name="Index">The entry's index.</param>
/// <param name="Term">The entry's term.</param>
/// <param name="Kind">The entry's kind.</param>
/// <param name="DataStart">Where in the batch the entry's data begins.</param>
/// <param name="DataLength">The length of the data.</param>
internal readonly record struct BatchItem(
    bool IsHardState, ulong Index, ulong Term, LogEntryKind Kind, int DataStart, int DataLength)
{
    /// <summary>The length of a hard state before its bytes.</summary>
    public const int HardStatePrefixBytes = 1 + sizeof(ushort);

    /// <summary>The length of an entry before its data.</summary>
    public const int EntryBytes = 22;

    private const byte HardStateTag = 1;
    private const byte EntryTag = 2;

    /// <summary>Encodes the beginning of a hard state.</summary>
    /// <param name="destination">Exactly <see cref="HardStatePrefixBytes"/> bytes.</param>
    /// <param name="hardState">The hard state.</param>
    public static void WriteHardStatePrefix(Span<byte> destination, ReadOnlySpan<byte> hardState)
    {
        destination[0] = HardStateTag;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], checked((ushort)hardState.Length));
    }

    /// <summary>Encodes an entry without its data.</summary>
    /// <param name="destination">Exactly <see cref="EntryBytes"/> bytes.</param>
    /// <param name="entry">The entry.</param>
    public static void Write(Span<byte> destination, in LogEntry entry)
    {
        destination[0] = EntryTag;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[1..], entry.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[9..], entry.Term);
        destination[17] = (byte)entry.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(destination[18..], entry.Data.Length);
    }

    /// <summary>Decodes the next item of a batch.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="position">The start of the item; afterwards its end.</param>
    /// <param name="item">The item.</param>
    /// <returns>Whether there is an item; if not, the batch ends here or is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> batch, ref int position, out BatchItem item)
    {
        item = default;
        ReadOnlySpan<byte> rest = batch[position..];
        if (rest.Length >= HardStatePrefixBytes && rest[0] == HardStateTag)
        {
            int stateBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]);
            if (stateBytes > Math.Min(rest.Length - HardStatePrefixBytes, LogAppend.MaxHardStateBytes))
            {
                return false;
            }

            item = new BatchItem(true, 0, 0, default, position + HardStatePrefixBytes, stateBytes);
            position += HardStatePrefixBytes + stateBytes;
            return true;
        }

        if (rest.Length < EntryBytes || rest[0] != EntryTag)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(rest[18..]);
        if (length < 0 || length > rest.Length - EntryBytes)
        {
            return false;
        }

        item = new BatchItem(
            false,
            BinaryPrimitives.ReadUInt64LittleEndian(rest[1..]),
            BinaryPrimitives.ReadUInt64LittleEndian(rest[9..]),
            (LogEntryKind)rest[17],
            position + EntryBytes,
            length);
        position += EntryBytes + length;
        return true;
    }
}
