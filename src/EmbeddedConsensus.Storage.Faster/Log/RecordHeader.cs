using System.Buffers.Binary;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// The frame around each of our records. FASTER's own checks are not sufficient (its per-entry checksum is an XOR), so
/// a record states what it is, where it belongs and what came before.
/// </summary>
/// <remarks>Little endian: magic (4 bytes), format version (1), kind (1), flags (1), zero (1), payload length (4),
/// checksum of the record before (4), incarnation (8), sequence (8), durable sequence (8), address (8), checksum of
/// the bytes so far (4), checksum of those and the payload (4).</remarks>
/// <param name="Kind">The kind of the payload.</param>
/// <param name="Flags">The piece of its batch that the record is.</param>
/// <param name="PayloadBytes">The length of the payload.</param>
/// <param name="PreviousChecksum">The checksum of the previous record: the chain that a stale page after a repaired
/// torn tail cannot continue.</param>
/// <param name="Incarnation">How often the log had been opened. It never decreases along the log.</param>
/// <param name="Sequence">The number of the record, from one.</param>
/// <param name="DurableSequence">Every record up to this one was known to be durable when this one was written. It
/// distinguishes damage from a torn tail: a missing record at or below it had been acknowledged.</param>
/// <param name="Address">The address to which the record belongs: bytes that a value or a misdirected write carries
/// elsewhere are no record.</param>
internal readonly record struct RecordHeader(
    RecordKind Kind, RecordFlags Flags, int PayloadBytes, uint PreviousChecksum, ulong Incarnation, ulong Sequence,
    ulong DurableSequence, long Address)
{
    /// <summary>The length of the frame.</summary>
    public const int Bytes = 56;

    /// <summary>The first four bytes of every record.</summary>
    public const uint Magic = 0x524C4345; // "ECLR"

    private const byte Version = 1;
    private const int HeaderChecksumAt = 48;
    private const int ChecksumAt = 52;

    /// <summary>The length of frame and payload.</summary>
    public int RecordBytes => Bytes + PayloadBytes;

    /// <summary>Where the next record may begin.</summary>
    public long EndAddress => Address + LogGeometry.SpaceFor(RecordBytes);

    /// <summary>Writes the frame before its payload.</summary>
    /// <param name="record">Frame and payload; the payload is there already.</param>
    /// <param name="logId">The log's random number.</param>
    /// <returns>The checksum of the record, for the one that follows.</returns>
    public uint Seal(Span<byte> record, ulong logId)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        record[4] = Version;
        record[5] = (byte)Kind;
        record[6] = (byte)Flags;
        record[7] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], PayloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], PreviousChecksum);
        BinaryPrimitives.WriteUInt64LittleEndian(record[16..], Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(record[24..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(record[32..], DurableSequence);
        BinaryPrimitives.WriteInt64LittleEndian(record[40..], Address);
        uint headerChecksum = HeaderChecksum(record, logId);
        BinaryPrimitives.WriteUInt32LittleEndian(record[HeaderChecksumAt..], headerChecksum);
        uint checksum = Crc32C.Append(headerChecksum, record[Bytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumAt..], checksum);
        return checksum;
    }

    /// <summary>Reads a frame and checks everything about it but the payload.</summary>
    /// <param name="source">At least <see cref="Bytes"/> bytes.</param>
    /// <param name="logId">The log's random number.</param>
    /// <param name="address">Where the bytes were read from.</param>
    /// <param name="maxRecordBytes">The most that a record may take.</param>
    /// <param name="header">The frame.</param>
    /// <returns>Whether a record of this log begins here.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> source, ulong logId, long address, int maxRecordBytes, out RecordHeader header)
    {
        header = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(source[HeaderChecksumAt..]) != HeaderChecksum(source, logId))
        {
            return false;
        }

        if (source[4] != Version)
        {
            throw new StorageException(
                $"The log has a record of format version {source[4]} at address {address}; this version of the library "
                + $"reads {Version}. Use the version of the library that wrote it.");
        }

        header = new RecordHeader(
            (RecordKind)source[5],
            (RecordFlags)source[6],
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]));
        return header.Address == address
            && header.PayloadBytes >= 0
            && header.PayloadBytes <= maxRecordBytes - Bytes;
    }

    /// <summary>Checks the payload.</summary>
    /// <param name="record">Frame and payload.</param>
    /// <param name="checksum">The record's checksum.</param>
    public static bool VerifyPayload(ReadOnlySpan<byte> record, out uint checksum)
    {
        checksum = Crc32C.Append(
            BinaryPrimitives.ReadUInt32LittleEndian(record[HeaderChecksumAt..]), record[Bytes..]);
        return checksum == BinaryPrimitives.ReadUInt32LittleEndian(record[ChecksumAt..]);
    }

    private static uint HeaderChecksum(ReadOnlySpan<byte> record, ulong logId) =>
        Crc32C.Append(Crc32C.Append(0, logId), record[..HeaderChecksumAt]);
}
