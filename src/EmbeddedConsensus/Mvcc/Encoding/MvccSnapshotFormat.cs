using System.Buffers.Binary;

namespace EmbeddedConsensus.Mvcc;

/// <summary>The bytes of an encoded store, little endian. A header: magic (8), format version (4), revision (8),
/// compact revision (8). Then every retained version, keys ascending and newest first: mark 1, flags (1: tombstone),
/// key length (4), value length (4), create, mod, version and lease (8 each), sub-revision (4), key, value. Then mark
/// 2, the number of versions (8), and CRC-32C (4) of everything before it.</summary>
internal static class MvccSnapshotFormat
{
    /// <summary>The only version so far.</summary>
    public const uint Version = 1;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 28;

    /// <summary>Bytes of a version before its key.</summary>
    public const int RecordHeaderBytes = 46;

    /// <summary>Bytes of the end, the mark and the checksum included.</summary>
    public const int EndBytes = 13;

    /// <summary>Bytes of the end that the checksum covers.</summary>
    public const int EndBytesBeforeChecksum = 9;

    /// <summary>Begins a version.</summary>
    public const byte RecordMark = 1;

    /// <summary>Begins the end.</summary>
    public const byte EndMark = 2;

    /// <summary>The flag of a tombstone.</summary>
    public const byte TombstoneFlag = 1;

    private const int ModAt = 18;

    /// <summary>What the first eight bytes are.</summary>
    public static ReadOnlySpan<byte> Magic => "ECMVCC\r\n"u8;

    /// <summary>Writes the header.</summary>
    public static void WriteHeader(Span<byte> target, long revision, long compactRevision)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(target[12..], revision);
        BinaryPrimitives.WriteInt64LittleEndian(target[20..], compactRevision);
    }

    /// <summary>Writes what stands before a version's key.</summary>
    public static void WriteRecordHeader(Span<byte> target, MvccRecord record)
    {
        target[0] = RecordMark;
        target[1] = record.IsTombstone ? TombstoneFlag : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(target[2..], record.Key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[6..], record.Value.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[10..], record.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(target[ModAt..], record.ModRevision);
        BinaryPrimitives.WriteInt64LittleEndian(target[26..], record.Version);
        BinaryPrimitives.WriteInt64LittleEndian(target[34..], record.Lease);
        BinaryPrimitives.WriteInt32LittleEndian(target[42..], record.SubRevision);
    }

    /// <summary>Reads the header; false when it is not one of this version.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, out long revision, out long compactRevision)
    {
        revision = BinaryPrimitives.ReadInt64LittleEndian(source[12..]);
        compactRevision = BinaryPrimitives.ReadInt64LittleEndian(source[20..]);
        return source[..8].SequenceEqual(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) == Version;
    }

    /// <summary>Reads the lengths of a version's key and value.</summary>
    public static (int Key, int Value) ReadLengths(ReadOnlySpan<byte> source)
        => (BinaryPrimitives.ReadInt32LittleEndian(source[2..]), BinaryPrimitives.ReadInt32LittleEndian(source[6..]));

    /// <summary>Reads the facts of a version.</summary>
    public static RecordFields ReadRecordFields(ReadOnlySpan<byte> source)
        => new()
        {
            IsTombstone = source[1] == TombstoneFlag,
            CreateRevision = BinaryPrimitives.ReadInt64LittleEndian(source[10..]),
            ModRevision = BinaryPrimitives.ReadInt64LittleEndian(source[ModAt..]),
            Version = BinaryPrimitives.ReadInt64LittleEndian(source[26..]),
            Lease = BinaryPrimitives.ReadInt64LittleEndian(source[34..]),
            SubRevision = BinaryPrimitives.ReadInt32LittleEndian(source[42..]),
        };

    /// <summary>Reads the end.</summary>
    public static (long Versions, uint Crc) ReadEnd(ReadOnlySpan<byte> source)
        => (BinaryPrimitives.ReadInt64LittleEndian(source[1..]), BinaryPrimitives.ReadUInt32LittleEndian(source[9..]));

    /// <summary>Writes the end up to the checksum.</summary>
    public static void WriteEnd(Span<byte> target, long versions)
    {
        target[0] = EndMark;
        BinaryPrimitives.WriteInt64LittleEndian(target[1..], versions);
    }
}
