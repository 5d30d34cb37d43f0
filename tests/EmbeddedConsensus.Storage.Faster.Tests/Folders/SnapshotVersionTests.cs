using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Snapshots;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Which snapshots are read.</summary>
public sealed class SnapshotVersionTests
{
    private const ulong FolderId = 77;

    [Fact]
    public void A_header_comes_back_with_its_metadata()
    {
        SnapshotDescriptor descriptor = new(new LogPosition(12, 3), new byte[] { 9, 8, 7 });
        byte[] header = SnapshotFormat.EncodeHeader(FolderId, descriptor);

        Assert.True(SnapshotFormat.TryReadPrefix(header.AsSpan(0, SnapshotFormat.PrefixBytes), out int length));
        Assert.Equal(header.Length, length);
        Assert.Equal(descriptor, SnapshotFormat.TryReadHeader(FolderId, header));
    }

    [Fact]
    public void The_longest_metadata_fits_and_longer_metadata_is_refused()
    {
        byte[] longest = SnapshotFormat.EncodeHeader(
            FolderId, new SnapshotDescriptor(new LogPosition(1, 1), new byte[SnapshotDescriptor.MaxMetadataBytes]));

        Assert.True(SnapshotFormat.TryReadPrefix(longest.AsSpan(0, SnapshotFormat.PrefixBytes), out int length));
        Assert.Equal(longest.Length, length);
        Assert.Throws<ArgumentOutOfRangeException>(() => SnapshotFormat.EncodeHeader(
            FolderId,
            new SnapshotDescriptor(new LogPosition(1, 1), new byte[SnapshotDescriptor.MaxMetadataBytes + 1])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_header_of_another_version_is_refused_by_its_number(int version)
    {
        byte[] header = SnapshotFormat.EncodeHeader(
            FolderId, new SnapshotDescriptor(new LogPosition(1, 1), default));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), version);

        StorageException refused = Assert.Throws<StorageException>(
            () => SnapshotFormat.TryReadPrefix(header.AsSpan(0, SnapshotFormat.PrefixBytes), out _));
        Assert.Contains($"format version {version}", refused.Message, StringComparison.Ordinal);
    }
}
