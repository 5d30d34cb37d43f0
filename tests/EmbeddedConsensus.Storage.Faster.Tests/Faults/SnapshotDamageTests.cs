using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A snapshot that is not whole is never taken for one.</summary>
public sealed class SnapshotDamageTests
{
    private const int Length = 150_000;

    private static readonly byte[] Content = MakeContent();

    [Fact]
    [Trait("Scenario", "39")]
    public async Task A_damaged_byte_anywhere_is_found_before_its_neighbours_are_used()
    {
        using var folder = new TemporaryFolder();
        await PublishAsync(folder.Path, 9);
        string file = TestLog.Snapshot(folder.Path, 9);
        byte[] whole = File.ReadAllBytes(file);
        var random = new Random(7);
        int[] offsets =
        [
            .. Enumerable.Range(0, 70), .. Enumerable.Range(whole.Length - 24, 24),
            .. Enumerable.Range(0, 40).Select(_ => random.Next(whole.Length)),
        ];
        foreach (int offset in offsets)
        {
            TestLog.Damage(file, offset, (byte)(whole[offset] ^ (1 << random.Next(8))));
            await Assert.ThrowsAnyAsync<StorageException>(() => ReadNewestAsync(folder.Path));
            TestLog.Damage(file, offset, whole[offset]);
        }

        Assert.Equal(9UL, await ReadNewestAsync(folder.Path));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task A_snapshot_that_is_cut_off_is_found()
    {
        using var folder = new TemporaryFolder();
        await PublishAsync(folder.Path, 9);
        string file = TestLog.Snapshot(folder.Path, 9);
        byte[] whole = File.ReadAllBytes(file);
        int[] lengths = [0, 1, 15, 16, 40, 65_000, 65_600, 131_200, whole.Length - 20, whole.Length - 1];
        foreach (int length in lengths)
        {
            File.WriteAllBytes(file, whole[..length]);
            await Assert.ThrowsAsync<StorageCorruptedException>(() => ReadNewestAsync(folder.Path));
        }

        File.WriteAllBytes(file, [.. whole, 0]);
        await Assert.ThrowsAsync<StorageCorruptedException>(() => ReadNewestAsync(folder.Path));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task A_damaged_newest_snapshot_is_not_replaced_by_an_older_one()
    {
        using var folder = new TemporaryFolder();
        await PublishAsync(folder.Path, 5);
        await PublishAsync(folder.Path, 9);
        string file = TestLog.Snapshot(folder.Path, 9);
        TestLog.Damage(file, 20, [0xEE, 0xEE]);
        StorageCorruptedException damage = await Assert.ThrowsAsync<StorageCorruptedException>(
            () => ReadNewestAsync(folder.Path));
        Assert.Equal(file, damage.File);
        Assert.Contains("IClusterManager.ReplaceMemberAsync", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task Chunks_that_changed_places_are_found()
    {
        using var folder = new TemporaryFolder();
        await PublishAsync(folder.Path, 9);
        string file = TestLog.Snapshot(folder.Path, 9);
        byte[] whole = File.ReadAllBytes(file);
        int header = whole.Length - (int)Snapshots.SnapshotFormat.FileBytes(0, Length);
        const int Frame = Snapshots.SnapshotFormat.ChunkBytes + Snapshots.SnapshotFormat.ChecksumBytes;
        TestLog.Damage(file, header, whole.AsSpan(header + Frame, Frame));
        await Assert.ThrowsAsync<StorageCorruptedException>(() => ReadNewestAsync(folder.Path));
    }

    [Fact]
    public async Task A_snapshot_of_another_folder_is_not_taken_for_this_ones()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        await PublishAsync(folder.Path, 9);
        await PublishAsync(other.Path, 9);
        File.Copy(TestLog.Snapshot(other.Path, 9), TestLog.Snapshot(folder.Path, 9), overwrite: true);
        await Assert.ThrowsAsync<StorageCorruptedException>(() => ReadNewestAsync(folder.Path));
    }

    [Fact]
    [Trait("Scenario", "35")]
    public async Task A_snapshot_is_found_whole_or_not_at_all_however_far_its_writer_came()
    {
        using var folder = new TemporaryFolder();
        await PublishAsync(folder.Path, 5);
        await using (FasterStorage storage = TestLog.Open(folder.Path))
        {
            await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(Descriptor(9));
            for (int at = 0; at < Length; at += 30_000)
            {
                await writer.WriteAsync(Content.AsMemory(at, Math.Min(30_000, Length - at)));
                using TemporaryFolder crashed = folder.Copy();
                Assert.Equal(5UL, await ReadNewestAsync(crashed.Path));
                Assert.Empty(Directory.EnumerateFiles(crashed.Path, "*.tmp"));
            }

            await writer.PublishAsync();
        }

        Assert.Equal(9UL, await ReadNewestAsync(folder.Path));
    }

    private static byte[] MakeContent()
    {
        byte[] content = new byte[Length];
        new Random(3).NextBytes(content);
        return content;
    }

    private static SnapshotDescriptor Descriptor(ulong index) => new(new LogPosition(index, 2), new byte[80]);

    private static async Task PublishAsync(string folder, ulong index)
    {
        await using FasterStorage storage = TestLog.Open(folder);
        await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(Descriptor(index));
        await writer.WriteAsync(Content);
        await writer.PublishAsync();
    }

    /// <summary>Reads the newest snapshot to its end, checks its bytes, and returns its index.</summary>
    private static async Task<ulong> ReadNewestAsync(string folder)
    {
        await using FasterStorage storage = TestLog.Open(folder);
        await using ISnapshotReader? reader = await storage.Snapshots.OpenNewestAsync();
        Assert.NotNull(reader);
        byte[] read = new byte[Length];
        Assert.Equal(Length, await reader.ReadAsync(0, read));
        Assert.True(read.AsSpan().SequenceEqual(Content));
        return reader.Descriptor.Position.Index;
    }
}
