using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Snapshots;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Which snapshots are read.</summary>
public sealed class SnapshotVersionTests
{
    private const ulong FolderId = 77;

    [Fact]
    public void A_header_comes_back_with_its_configuration_and_the_ids_that_were_never_used()
    {
        SnapshotMetadata metadata = new(
            new LogPosition(12, 3),
            ClusterConfiguration.OfVoters(new MemberId(1), new MemberId(3), new MemberId(7)).Normalized());
        byte[] header = SnapshotFormat.EncodeHeader(FolderId, metadata);

        Assert.True(SnapshotFormat.TryReadPrefix(header.AsSpan(0, SnapshotFormat.PrefixBytes), out int length));
        Assert.Equal(header.Length, length);
        Assert.Equal(metadata, SnapshotFormat.TryReadHeader(FolderId, header));
        Assert.False(SnapshotFormat.TryReadHeader(FolderId, header)!.Configuration.WasUsed(new MemberId(2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_header_of_another_version_is_refused_by_its_number(int version)
    {
        byte[] header = SnapshotFormat.EncodeHeader(
            FolderId, new SnapshotMetadata(new LogPosition(1, 1), ClusterConfiguration.OfVoters(new MemberId(1))));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), version);

        StorageException refused = Assert.Throws<StorageException>(
            () => SnapshotFormat.TryReadPrefix(header.AsSpan(0, SnapshotFormat.PrefixBytes), out _));
        Assert.Contains($"format version {version}", refused.Message, StringComparison.Ordinal);
    }
}
