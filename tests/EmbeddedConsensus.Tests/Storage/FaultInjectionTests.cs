using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Tests.Storage;

public sealed class FaultInjectionTests
{
    private static readonly LogAppend[] Write =
        [new LogAppend(new[] { new LogEntry(1, 1, LogEntryKind.Command, new byte[3]) }, default)];

    [Theory]
    [InlineData(false, 0UL)]
    [InlineData(true, 1UL)]
    public async Task A_failed_append_leaves_the_storage_faulted(bool reachesDisk, ulong lastIndex)
    {
        var disk = new InMemoryDisk();
        await using (var storage = new FaultInjectingLogStorage(new InMemoryLogStorage(disk)))
        {
            await storage.RecoverAsync();
            storage.FailNextWrite(reachesDisk: reachesDisk);
            await Assert.ThrowsAsync<StorageException>(async () => await storage.AppendAsync(Write));
            await Assert.ThrowsAsync<StorageException>(async () => await storage.AppendAsync(Write));
            await Assert.ThrowsAsync<StorageException>(async () => await storage.ReadAsync(1, 1, 1));
            await Assert.ThrowsAsync<StorageException>(
                async () => await storage.DropPrefixAsync(new LogPosition(1, 1)));
        }

        await using var next = new InMemoryLogStorage(disk);
        Assert.Equal(lastIndex, (await next.RecoverAsync()).LastIndex);
    }

    [Fact]
    public async Task A_held_append_completes_when_it_is_released()
    {
        await using var storage = new FaultInjectingLogStorage(new InMemoryLogStorage());
        await storage.RecoverAsync();
        storage.Hold();
        Task append = storage.AppendAsync(Write).AsTask();
        Assert.False(append.IsCompleted);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await storage.ReadAsync(1, 1, 1));
        storage.Release();
        await append;
        Assert.Equal(1, (await storage.ReadAsync(1, 1, 1)).Length);
    }

    [Fact]
    public async Task A_failed_read_fails_once()
    {
        await using var storage = new FaultInjectingLogStorage(new InMemoryLogStorage());
        await storage.RecoverAsync();
        await storage.AppendAsync(Write);
        storage.FailNextRead();
        await Assert.ThrowsAsync<StorageException>(async () => await storage.ReadAsync(1, 1, 1));
        Assert.Equal(1, (await storage.ReadAsync(1, 1, 1)).Length);
    }

    [Fact]
    public async Task Each_step_of_a_snapshot_fails_once()
    {
        await using var storage = new FaultInjectingSnapshotStorage(new InMemorySnapshotStorage());
        var descriptor = new SnapshotDescriptor(new LogPosition(1, 1), default);
        storage.FailNext(SnapshotStep.Create);
        await Assert.ThrowsAsync<StorageException>(async () => await storage.CreateAsync(descriptor));
        await using ISnapshotWriter writer = await storage.CreateAsync(descriptor);
        storage.FailNext(SnapshotStep.Write);
        await Assert.ThrowsAsync<StorageException>(async () => await writer.WriteAsync(new byte[1]));
        await writer.WriteAsync(new byte[1]);
        storage.FailNext(SnapshotStep.Publish);
        await Assert.ThrowsAsync<StorageException>(async () => await writer.PublishAsync());
        await writer.PublishAsync();
        storage.FailNext(SnapshotStep.Open);
        await Assert.ThrowsAsync<StorageException>(async () => await storage.OpenNewestAsync());
        await using ISnapshotReader? reader = await storage.OpenNewestAsync();
        storage.FailNext(SnapshotStep.Read);
        await Assert.ThrowsAsync<StorageException>(async () => await reader!.ReadAsync(0, new byte[1]));
        Assert.Equal(1, await reader!.ReadAsync(0, new byte[1]));
        storage.FailNext(SnapshotStep.Delete);
        await Assert.ThrowsAsync<StorageException>(async () => await storage.DeleteBelowAsync(2));
        await storage.DeleteBelowAsync(2);
        Assert.Null(await storage.OpenNewestAsync());
    }
}
