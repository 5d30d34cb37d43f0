using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>What happens when the disk fails under an open log.</summary>
public sealed class DiskFaultTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Scenario", "38")]
    public async Task A_failed_write_or_flush_faults_the_storage_and_nothing_is_tried_again(int failing)
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1));
        disk.FailAt(disk.Operations + failing, new IOException("Input/output error"));

        StorageException failure = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        Assert.Contains("Input/output error", failure.Message, StringComparison.Ordinal);
        long operations = disk.Operations;
        disk.FailAt(long.MaxValue);

        await Assert.ThrowsAsync<StorageException>(async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        await Assert.ThrowsAsync<StorageException>(async () => await storage.Log.ReadAsync(1, 1, 1));
        await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.DropPrefixAsync(new LogPosition(1, 1)));
        Assert.Equal(operations, disk.Operations);
    }

    [Fact]
    [Trait("Scenario", "38")]
    public async Task A_flush_that_lost_its_data_is_not_tried_again_though_it_would_succeed()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using (FasterStorage storage = TestLog.Open(folder.Path, disk))
        {
            await storage.Log.RecoverAsync();
            await storage.Log.AppendAsync(TestLog.Write(1));
            disk.LoseNextFlush();

            await Assert.ThrowsAsync<StorageException>(async () => await storage.Log.AppendAsync(TestLog.Write(2)));
            await Assert.ThrowsAsync<StorageException>(async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        }

        await using FasterStorage next = TestLog.Open(folder.Path, disk);
        Assert.Equal(1UL, (await next.Log.RecoverAsync()).LastIndex);
    }

    /// <summary>The process ends with the failed flush, and is started anew on a system that still runs: it reads what
    /// the disk does not hold.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(40_000)]
    [Trait("Scenario", "38")]
    public async Task What_a_start_reads_is_durable_though_an_earlier_flush_of_it_was_lost(int bytes)
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        FasterStorage storage = TestLog.Open(
            folder.Path, disk, options => options.PreallocationBytes = (int)options.SegmentBytes);
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1));
        disk.LoseNextFlush(keepsInCache: true);
        await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2, bytes: bytes)));
        await storage.AbandonAsync();

        FasterStorage next = TestLog.Open(folder.Path, disk);
        Assert.Equal(2UL, (await next.Log.RecoverAsync()).LastIndex);
        await next.AbandonAsync();
        disk.LosePower(new Random(1));

        await using FasterStorage last = TestLog.Open(folder.Path, disk);
        Assert.Equal(2UL, (await last.Log.RecoverAsync()).LastIndex);
        LogEntry entry = Assert.Single((await last.Log.ReadAsync(2, 2, long.MaxValue)).ToArray());
        Assert.True(TestLog.Entry(2, 1, bytes).Data.Span.SequenceEqual(entry.Data.Span));
    }

    [Fact]
    [Trait("Scenario", "38")]
    public async Task A_start_writes_nothing_again_that_is_known_to_be_durable()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using (FasterStorage storage = TestLog.Open(folder.Path, disk))
        {
            await storage.Log.RecoverAsync();
            await storage.Log.AppendAsync(TestLog.Write(1, bytes: 40_000));
        }

        disk.ForgetWrites();
        await using FasterStorage next = TestLog.Open(folder.Path, disk);
        Assert.Equal(1UL, (await next.Log.RecoverAsync()).LastIndex);
        Assert.InRange(disk.FirstWrite ?? (1, 0), (0, 40_000), (1, 0));
    }

    [Fact]
    [Trait("Scenario", "40")]
    public async Task A_short_write_on_a_full_disk_loses_only_what_was_not_acknowledged()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1));
        await storage.Log.AppendAsync(TestLog.Write(2));
        disk.FailAt(disk.Operations + 1, new IOException("No space left on device"), shareWritten: 0.5);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(3, bytes: 30_000)));
        Assert.Contains("No space left", failure.Message, StringComparison.Ordinal);
        await storage.DisposeAsync();

        disk.FailAt(long.MaxValue);
        await using FasterStorage next = TestLog.Open(folder.Path, disk);
        Assert.Equal(2UL, (await next.Log.RecoverAsync()).LastIndex);
        await next.Log.AppendAsync(TestLog.Write(3));
    }

    [Fact]
    [Trait("Scenario", "18")]
    public async Task A_commit_that_never_completes_faults_the_storage_after_the_time_limit()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using FasterStorage storage = TestLog.Open(
            folder.Path, disk, options => options.CommitTimeout = TimeSpan.FromMilliseconds(50));
        await storage.Log.RecoverAsync();
        disk.Hang();
        StorageException failure = await Assert.ThrowsAsync<StorageException>(
            () => storage.Log.AppendAsync(TestLog.Write(1)).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(nameof(FasterStorageOptions.CommitTimeout), failure.Message, StringComparison.Ordinal);
        disk.Release();
        await Assert.ThrowsAsync<StorageException>(async () => await storage.Log.AppendAsync(TestLog.Write(1)));
    }

    [Fact]
    public async Task An_append_does_not_block_its_caller_while_the_disk_hangs()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        disk.Hang();
        Task append = storage.Log.AppendAsync(TestLog.Write(1)).AsTask();
        Assert.False(append.IsCompleted);
        disk.Release();
        await append;
    }

    [Fact]
    public async Task An_abandoned_append_faults_the_storage()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        disk.Hang();
        using var cancellation = new CancellationTokenSource();
        Task append = storage.Log.AppendAsync(TestLog.Write(1), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => append);
        disk.Release();
        await Assert.ThrowsAsync<StorageException>(async () => await storage.Log.AppendAsync(TestLog.Write(1)));
    }

    [Fact]
    public async Task A_second_append_at_the_same_time_is_refused()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        disk.Hang();
        Task first = storage.Log.AppendAsync(TestLog.Write(1)).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        disk.Release();
        await first;
        await storage.Log.AppendAsync(TestLog.Write(2));
    }

    [Fact]
    public async Task An_append_costs_one_write_and_one_flush()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        await using FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1));
        long operations = disk.Operations;
        long flushes = disk.Flushes;
        LogAppend[] writes = [.. TestLog.Write(2, count: 20), .. TestLog.Write(22, count: 20)];
        await storage.Log.AppendAsync(writes);
        Assert.Equal(flushes + 1, disk.Flushes);
        Assert.Equal(operations + 2, disk.Operations);
    }

    [Fact]
    public async Task Disposing_while_the_disk_hangs_returns_and_fails_the_append()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        disk.Hang();
        Task append = storage.Log.AppendAsync(TestLog.Write(1)).AsTask();
        await storage.DisposeAsync();
        await Assert.ThrowsAsync<StorageException>(() => append);
        disk.Release();
    }

    /// <summary>What hangs would be written over what the next one that opens the folder has written there.</summary>
    [Fact]
    [Trait("Scenario", "40")]
    public async Task A_directory_stays_locked_after_disposal_until_no_write_is_stuck()
    {
        using var folder = new TemporaryFolder();
        var disk = new SimulatedSegmentFiles();
        FasterStorage storage = TestLog.Open(folder.Path, disk);
        await storage.Log.RecoverAsync();
        disk.Hang();
        Task append = storage.Log.AppendAsync(TestLog.Write(1)).AsTask();
        await disk.Hanging.WaitAsync(TimeSpan.FromSeconds(30));
        await storage.DisposeAsync();
        await Assert.ThrowsAsync<StorageException>(() => append);
        Assert.Throws<StorageInUseException>(() => TestLog.Open(folder.Path, disk));

        disk.Release();
        await storage.Log.Closed.WaitAsync(TimeSpan.FromSeconds(30));
        await using FasterStorage next = TestLog.Open(folder.Path, disk);
        Assert.Equal(1UL, (await next.Log.RecoverAsync()).LastIndex);
    }
}
