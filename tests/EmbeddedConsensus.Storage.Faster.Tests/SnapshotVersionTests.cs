using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Snapshots;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Snapshots that an earlier version of the library wrote are read.</summary>
public sealed class SnapshotVersionTests
{
    private const ulong FolderId = 77;

    [Fact]
    public void A_header_of_version_1_is_read_with_its_members()
    {
        byte[] header = HeaderOfVersion1([1, 2, 3], [1, 4], [9]);

        Assert.True(SnapshotFormat.TryReadPrefix(header.AsSpan(0, SnapshotFormat.PrefixBytes), out int length));
        Assert.Equal(header.Length, length);
        SnapshotMetadata metadata = SnapshotFormat.TryReadHeader(FolderId, header)!;
        Assert.Equal(new LogPosition(12, 3), metadata.Position);
        Assert.Equal(
            ClusterConfiguration.OfVoters(new MemberId(1), new MemberId(2), new MemberId(3)) with
            {
                OutgoingVoters = [new MemberId(1), new MemberId(4)], Learners = [new MemberId(9)],
            },
            metadata.Configuration);
    }

    [Fact]
    public void A_header_of_a_later_version_is_refused_by_its_number()
    {
        byte[] header = SnapshotFormat.EncodeHeader(
            FolderId, new SnapshotMetadata(new LogPosition(1, 1), ClusterConfiguration.OfVoters(new MemberId(1))));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), 3);

        StorageException refused = Assert.Throws<StorageException>(
            () => SnapshotFormat.TryReadPrefix(header.AsSpan(0, SnapshotFormat.PrefixBytes), out _));
        Assert.Contains("format version 3", refused.Message, StringComparison.Ordinal);
    }

    // As version 1 wrote it: index, term, and three lists of members behind their counts.
    private static byte[] HeaderOfVersion1(params ulong[][] lists)
    {
        int length = 16 + lists.Sum(list => 4 + (8 * list.Length));
        byte[] current = SnapshotFormat.EncodeHeader(
            FolderId, new SnapshotMetadata(new LogPosition(1, 1), ClusterConfiguration.OfVoters(new MemberId(1))));
        byte[] header = new byte[SnapshotFormat.PrefixBytes + length + SnapshotFormat.ChecksumBytes];
        current.AsSpan(0, 8).CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), 12);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), 3);
        int position = SnapshotFormat.PrefixBytes + 16;
        foreach (ulong[] list in lists)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(position), list.Length);
            position += 4;
            foreach (ulong id in list)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(position), id);
                position += 8;
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(
            header.AsSpan(position), Crc32C.Append(Crc32C.Append(0, FolderId), header.AsSpan(0, position)));
        return header;
    }
}
