using System.Buffers.Binary;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Snapshots;

/// <summary>Encodes what a snapshot stands for.</summary>
/// <remarks>Little endian: index (8), term (8), and the configuration as <see cref="ClusterConfigurationCodec"/> writes
/// it.</remarks>
internal static class SnapshotMetadataCodec
{
    private const int FixedBytes = 2 * sizeof(ulong);

    /// <summary>The length of the encoding, in bytes.</summary>
    /// <param name="metadata">What to encode.</param>
    public static int Measure(SnapshotMetadata metadata) =>
        FixedBytes + ClusterConfigurationCodec.Measure(metadata.Configuration);

    /// <summary>Encodes.</summary>
    /// <param name="destination">As long as <see cref="Measure(SnapshotMetadata)"/> says.</param>
    /// <param name="metadata">What to encode.</param>
    public static void Write(Span<byte> destination, SnapshotMetadata metadata)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, metadata.Position.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], metadata.Position.Term);
        ClusterConfigurationCodec.Write(destination[FixedBytes..], metadata.Configuration);
    }

    /// <summary>Decodes.</summary>
    /// <param name="source">The encoding, whose checksum was found right.</param>
    /// <returns>The metadata, or null if the encoding is malformed.</returns>
    /// <exception cref="StorageException">A newer version of the library wrote it.</exception>
    public static SnapshotMetadata? TryRead(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedBytes)
        {
            return null;
        }

        try
        {
            return new SnapshotMetadata(
                ReadPosition(source), ClusterConfigurationCodec.Decode(source[FixedBytes..]));
        }
        catch (ClusterConfigurationFormatException exception)
        {
            throw new StorageException(
                $"The configuration in a snapshot cannot be read. {exception.Message}", exception);
        }
    }

    private static LogPosition ReadPosition(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
}
