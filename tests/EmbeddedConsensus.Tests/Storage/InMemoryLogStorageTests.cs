using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Tests.Storage;

public sealed class InMemoryLogStorageTests
{
    public static TheoryData<string> Checks => [.. LogStorageConformance.Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public Task Conforms(string check) => LogStorageConformance.Find(check).RunAsync(() => new InMemoryLogMedium());

    [Fact]
    public async Task A_storage_that_a_crash_cut_off_fails()
    {
        var disk = new InMemoryDisk();
        await using var storage = new InMemoryLogStorage(disk);
        await storage.RecoverAsync();
        disk.Crash();

        LogAppend[] writes = [new LogAppend(default, new byte[] { 1 })];
        await Assert.ThrowsAsync<StorageException>(async () => await storage.AppendAsync(writes));
        await using var next = new InMemoryLogStorage(disk);
        Assert.True((await next.RecoverAsync()).IsEmpty);
    }

    [Fact]
    public async Task Disposing_a_storage_that_was_cut_off_leaves_its_successor_alone()
    {
        var disk = new InMemoryDisk();
        var first = new InMemoryLogStorage(disk);
        await first.RecoverAsync();
        disk.Crash();
        await using var second = new InMemoryLogStorage(disk);
        await second.RecoverAsync();
        await first.DisposeAsync();

        LogAppend[] writes = [new LogAppend(default, new byte[] { 1 })];
        await second.AppendAsync(writes);
        var third = new InMemoryLogStorage(disk);
        await Assert.ThrowsAsync<StorageInUseException>(async () => await third.RecoverAsync());
    }
}
