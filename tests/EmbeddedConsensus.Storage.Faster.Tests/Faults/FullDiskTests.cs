using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A real disk that is full.</summary>
public sealed class FullDiskTests
{
    [Fact]
    [Trait("Scenario", "40")]
    public async Task A_full_disk_faults_the_log_and_keeps_what_was_acknowledged()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 400);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        ulong acknowledged = 0;
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            while (true)
            {
                await storage.Log.AppendAsync(TestLog.Write(acknowledged + 1, bytes: 7_000));
                acknowledged++;
            }
        });
        Assert.Contains("free space", failure.Message, StringComparison.Ordinal);
        Assert.InRange(acknowledged, 30UL, 60UL);
        await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(acknowledged + 1)));
        await storage.AbandonAsync();

        // A start needs a little space; what was acknowledged is there once there is some.
        using TemporaryFolder larger = folder.Copy();
        Assert.Equal(acknowledged, (await TestLog.RecoverAsync(larger.Path, bytes: 7_000)).LastIndex);
    }

    [Fact]
    [Trait("Scenario", "40")]
    public async Task A_snapshot_on_a_full_disk_fails_and_leaves_the_one_before()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 400);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        await using FasterStorage storage = TestLog.Open(folder.Path);
        await WriteAsync(storage, 5, bytes: 100_000);
        await Assert.ThrowsAsync<StorageException>(() => WriteAsync(storage, 9, bytes: 900_000));
        await using ISnapshotReader? reader = await storage.Snapshots.OpenNewestAsync();
        Assert.Equal(5UL, reader!.Descriptor.Position.Index);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    [Trait("Case", "T15")]
    public async Task A_member_on_a_full_disk_starts_from_its_reserve_and_writes()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 4_000);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        await TestLog.FillAsync(folder.Path, 30, clean: true, bytes: 7_000);
        string reserve = Path.Combine(folder.Path, StorageLayout.Reserve);
        Assert.True(File.Exists(reserve));
        string ballast = disk.Fill(0);

        FasterStorage storage = TestLog.Open(folder.Path);
        Assert.Equal(30UL, (await storage.Log.RecoverAsync()).LastIndex);
        await storage.Log.AppendAsync(TestLog.Write(31, bytes: 7_000));
        Assert.False(File.Exists(reserve));
        await storage.DisposeAsync();
        File.Delete(ballast);
        Assert.Equal(31UL, (await TestLog.RecoverAsync(folder.Path, bytes: 7_000)).LastIndex);
        Assert.True(File.Exists(reserve));
    }

    [Fact]
    [Trait("Case", "T15")]
    public async Task A_member_without_a_reserve_on_a_full_disk_is_told_what_it_lacks()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 1_000);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        await TestLog.FillAsync(folder.Path, 30, clean: true, bytes: 7_000);
        File.Delete(Path.Combine(folder.Path, StorageLayout.Reserve));
        string ballast = disk.Fill(0);
        StorageException full = await Assert.ThrowsAsync<StorageException>(() => TestLog.RecoverAsync(folder.Path));
        Assert.Equal((StorageFailureCause.DiskFull, folder.Path), (full.Cause, full.Path));
        Assert.Contains("with 0 bytes of free space", full.Message, StringComparison.Ordinal);
        File.Delete(ballast);
        Assert.Equal(30UL, (await TestLog.RecoverAsync(folder.Path, bytes: 7_000)).LastIndex);
    }

    [Fact]
    [Trait("Case", "T15")]
    public async Task A_snapshot_leaves_room_for_the_log()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 1_000);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        await using FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(
            new SnapshotDescriptor(new LogPosition(9, 1), default));
        StorageException full = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            while (true)
            {
                await writer.WriteAsync(new byte[10_000]);
            }
        });
        Assert.Equal(StorageFailureCause.DiskFull, full.Cause);
        for (ulong index = 1; index <= 10; index++)
        {
            await storage.Log.AppendAsync(TestLog.Write(index, bytes: 7_000));
        }
    }

    private static async Task WriteAsync(FasterStorage storage, ulong index, int bytes)
    {
        await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(
            new SnapshotDescriptor(new LogPosition(index, 1), default));
        await writer.WriteAsync(new byte[bytes]);
        await writer.PublishAsync();
    }
}
