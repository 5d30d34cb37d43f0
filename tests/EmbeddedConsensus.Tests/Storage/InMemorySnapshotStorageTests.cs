using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Tests.Storage;

public sealed class InMemorySnapshotStorageTests
{
    public static TheoryData<string> Checks => [.. SnapshotStorageConformance.Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public Task Conforms(string check) =>
        SnapshotStorageConformance.Find(check).RunAsync(() => new InMemorySnapshotMedium());

    [Fact]
    public async Task A_writer_that_a_crash_cut_off_cannot_publish()
    {
        var disk = new InMemoryDisk();
        await using var storage = new InMemorySnapshotStorage(disk);
        await using ISnapshotWriter writer =
            await storage.CreateAsync(new SnapshotDescriptor(new LogPosition(1, 1), default));
        disk.Crash();
        await Assert.ThrowsAsync<StorageException>(async () => await writer.PublishAsync());

        await using var next = new InMemorySnapshotStorage(disk);
        Assert.Null(await next.OpenNewestAsync());
    }
}
