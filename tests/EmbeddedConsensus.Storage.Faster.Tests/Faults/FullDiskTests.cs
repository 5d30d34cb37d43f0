using EmbeddedConsensus.Raft;

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

    private static async Task WriteAsync(FasterStorage storage, ulong index, int bytes)
    {
        await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(
            new SnapshotDescriptor(new LogPosition(index, 1), default));
        await writer.WriteAsync(new byte[bytes]);
        await writer.PublishAsync();
    }
}
