using System.Buffers.Binary;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Snapshots;

/// <summary>
/// The layout of a snapshot file: a header with the metadata, chunks of 64 KiB (the last one may be shorter), each
/// followed by its checksum, and a footer that shows that the file is complete.
/// </summary>
/// <remarks>Little endian. Header: magic (8), format version (4), length of what follows up to the checksum (4), index
/// (8), term (8), the metadata as it was given, checksum (4).
/// Footer: magic (8), length of the data (8), checksum (4). Every checksum includes the folder's random number, that
/// of a chunk its number, that of the footer the header's.</remarks>
internal static class SnapshotFormat
{
    /// <summary>The length of a chunk's data.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>The length of a chunk's checksum.</summary>
    public const int ChecksumBytes = sizeof(uint);

    /// <summary>The length of the footer.</summary>
    public const int FooterBytes = 20;

    /// <summary>The length of the header before the metadata.</summary>
    public const int PrefixBytes = 16;

    private const int PositionBytes = 2 * sizeof(ulong);
    private const int MaxDescriptorBytes = PositionBytes + SnapshotDescriptor.MaxMetadataBytes;
    private const int Version = 2;
    private const ulong HeaderMagic = 0x31_50_41_4E_53_53_43_45; // "ECSSNAP1"
    private const ulong FooterMagic = 0x31_44_4E_45_53_53_43_45; // "ECSSEND1"

    /// <summary>Where a chunk begins in the file.</summary>
    /// <param name="headerBytes">The length of the header.</param>
    /// <param name="chunk">The chunk's number.</param>
    public static long ChunkStart(int headerBytes, long chunk) => headerBytes + (chunk * (ChunkBytes + ChecksumBytes));

    /// <summary>The length of the file.</summary>
    /// <param name="headerBytes">The length of the header.</param>
    /// <param name="dataBytes">The length of the data.</param>
    public static long FileBytes(int headerBytes, long dataBytes)
    {
        long chunks = (dataBytes + ChunkBytes - 1) / ChunkBytes;
        return headerBytes + dataBytes + (chunks * ChecksumBytes) + FooterBytes;
    }

    /// <summary>The checksum of a chunk.</summary>
    /// <param name="folderId">The folder's random number.</param>
    /// <param name="chunk">The chunk's number.</param>
    /// <param name="data">Its data.</param>
    public static uint ChunkChecksum(ulong folderId, long chunk, ReadOnlySpan<byte> data) =>
        Crc32C.Append(Crc32C.Append(Crc32C.Append(0, folderId), (ulong)chunk), data);

    /// <summary>Encodes a header.</summary>
    /// <param name="folderId">The folder's random number.</param>
    /// <param name="descriptor">What the snapshot stands for.</param>
    /// <exception cref="ArgumentOutOfRangeException">Its metadata is too long.</exception>
    public static byte[] EncodeHeader(ulong folderId, SnapshotDescriptor descriptor)
    {
        int length = PositionBytes + descriptor.Metadata.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxDescriptorBytes, nameof(descriptor));
        byte[] header = new byte[PrefixBytes + length + ChecksumBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, HeaderMagic);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(PrefixBytes), descriptor.Position.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(PrefixBytes + sizeof(ulong)), descriptor.Position.Term);
        descriptor.Metadata.Span.CopyTo(header.AsSpan(PrefixBytes + PositionBytes));
        Span<byte> checksum = header.AsSpan(PrefixBytes + length);
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, HeaderChecksum(folderId, header));
        return header;
    }

    /// <summary>Reads the length of the whole header from its first <see cref="PrefixBytes"/> bytes.</summary>
    /// <param name="prefix">The bytes.</param>
    /// <param name="headerBytes">The length.</param>
    /// <returns>Whether this can be the header of a snapshot.</returns>
    /// <exception cref="StorageException">The snapshot has another format version.</exception>
    public static bool TryReadPrefix(ReadOnlySpan<byte> prefix, out int headerBytes)
    {
        headerBytes = 0;
        if (BinaryPrimitives.ReadUInt64LittleEndian(prefix) != HeaderMagic)
        {
            return false;
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(prefix[8..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(prefix[12..]);
        if (length < PositionBytes || length > MaxDescriptorBytes)
        {
            return false;
        }

        headerBytes = PrefixBytes + length + ChecksumBytes;
        return version == Version
            ? true
            : throw new StorageException(
                $"A snapshot has format version {version}; this version of the library reads {Version}. Use the "
                + "version of the library that wrote it.");
    }

    /// <summary>Decodes a header.</summary>
    /// <param name="folderId">The folder's random number.</param>
    /// <param name="header">The whole header.</param>
    /// <returns>What the snapshot stands for, or null if the header is damaged.</returns>
    public static SnapshotDescriptor? TryReadHeader(ulong folderId, ReadOnlySpan<byte> header)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[^ChecksumBytes..]) != HeaderChecksum(folderId, header))
        {
            return null;
        }

        ReadOnlySpan<byte> descriptor = header[PrefixBytes..^ChecksumBytes];
        LogPosition position = new(
            BinaryPrimitives.ReadUInt64LittleEndian(descriptor),
            BinaryPrimitives.ReadUInt64LittleEndian(descriptor[sizeof(ulong)..]));
        return new SnapshotDescriptor(position, descriptor[PositionBytes..].ToArray());
    }

    /// <summary>Encodes a footer.</summary>
    /// <param name="destination">Exactly <see cref="FooterBytes"/> bytes.</param>
    /// <param name="header">The header of the same file.</param>
    /// <param name="dataBytes">The length of the data.</param>
    public static void WriteFooter(Span<byte> destination, ReadOnlySpan<byte> header, long dataBytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, FooterMagic);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], dataBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], FooterChecksum(destination, header));
    }

    /// <summary>Decodes a footer.</summary>
    /// <param name="footer">The last bytes of the file.</param>
    /// <param name="header">The header of the same file.</param>
    /// <param name="dataBytes">The length of the data.</param>
    /// <returns>Whether the footer is whole.</returns>
    public static bool TryReadFooter(ReadOnlySpan<byte> footer, ReadOnlySpan<byte> header, out long dataBytes)
    {
        dataBytes = BinaryPrimitives.ReadInt64LittleEndian(footer[8..]);
        return BinaryPrimitives.ReadUInt64LittleEndian(footer) == FooterMagic
            && BinaryPrimitives.ReadUInt32LittleEndian(footer[16..]) == FooterChecksum(footer, header)
            && dataBytes >= 0;
    }

    private static uint HeaderChecksum(ulong folderId, ReadOnlySpan<byte> header) =>
        Crc32C.Append(Crc32C.Append(0, folderId), header[..^ChecksumBytes]);

    private static uint FooterChecksum(ReadOnlySpan<byte> footer, ReadOnlySpan<byte> header) =>
        Crc32C.Append(BinaryPrimitives.ReadUInt32LittleEndian(header[^ChecksumBytes..]), footer[..16]);
}
