using System.Buffers.Binary;
using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Snapshots;

/// <summary>Encodes what a snapshot stands for.</summary>
/// <remarks>Little endian: index (8), term (8), and the configuration as <see cref="ClusterConfigurationCodec"/> writes
/// it. In snapshots of format version 1 three lists of members stand there instead, each a count (4) and ids (8 each):
/// voters, outgoing voters, learners.</remarks>
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
            throw new StorageException($"The configuration in a snapshot cannot be read. {exception.Message}", exception);
        }
    }

    /// <summary>Decodes what a snapshot of format version 1 says of itself.</summary>
    /// <param name="source">The encoding.</param>
    /// <returns>The metadata, or null if the encoding is malformed.</returns>
    public static SnapshotMetadata? TryReadVersion1(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedBytes)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = source[FixedBytes..];
        if (!TryRead(ref rest, out ImmutableArray<MemberId> voters)
            || !TryRead(ref rest, out ImmutableArray<MemberId> outgoing)
            || !TryRead(ref rest, out ImmutableArray<MemberId> learners)
            || !rest.IsEmpty)
        {
            return null;
        }

        return new SnapshotMetadata(
            ReadPosition(source),
            new ClusterConfiguration { Voters = voters, OutgoingVoters = outgoing, Learners = learners });
    }

    private static LogPosition ReadPosition(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));

    private static bool TryRead(ref ReadOnlySpan<byte> source, out ImmutableArray<MemberId> members)
    {
        members = [];
        if (source.Length < sizeof(int))
        {
            return false;
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(source);
        source = source[sizeof(int)..];
        if (count < 0 || count > source.Length / sizeof(ulong))
        {
            return false;
        }

        var builder = ImmutableArray.CreateBuilder<MemberId>(count);
        for (int i = 0; i < count; i++)
        {
            builder.Add(new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source)));
            source = source[sizeof(ulong)..];
        }

        members = builder.MoveToImmutable();
        return true;
    }
}
