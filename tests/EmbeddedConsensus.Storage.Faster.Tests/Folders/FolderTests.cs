using System.Buffers.Binary;
using EmbeddedConsensus.Storage.Faster.Files;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Whose folder it is, and what may be in it.</summary>
public sealed class FolderTests
{
    [Fact]
    public async Task A_folder_that_is_open_cannot_be_opened_again()
    {
        using var folder = new TemporaryFolder();
        FasterStorage first = TestLog.Open(folder.Path);
        StorageInUseException refused = Assert.Throws<StorageInUseException>(() => TestLog.Open(folder.Path));
        Assert.Contains(folder.Path, refused.Message, StringComparison.Ordinal);

        await first.Log.DisposeAsync();
        Assert.Throws<StorageInUseException>(() => TestLog.Open(folder.Path));
        await first.Snapshots.DisposeAsync();
        await TestLog.Open(folder.Path).DisposeAsync();
    }

    [Fact]
    [Trait("Scenario", "40")]
    public void A_foreign_folder_is_refused_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        string foreign = Path.Combine(folder.Path, "accounts.db");
        File.WriteAllText(foreign, "precious");
        StorageException refused = Assert.Throws<StorageException>(() => TestLog.Open(folder.Path));
        Assert.Contains("accounts.db", refused.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(foreign));
        Assert.False(File.Exists(Path.Combine(folder.Path, StorageLayout.Format)));
    }

    [Fact]
    [Trait("Scenario", "40")]
    public void A_file_in_place_of_the_folder_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path, "not a folder");
        Assert.Throws<StorageException>(() => TestLog.Open(folder.Path));
    }

    [Fact]
    [Trait("Scenario", "40")]
    public async Task Unfinished_files_are_removed()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 2);
        string[] leftOver = ["log.end.tmp", "snapshot-00000000000000000009.snap-1.tmp"];
        foreach (string name in leftOver)
        {
            File.WriteAllText(Path.Combine(folder.Path, name), "half");
        }

        Assert.Equal(2UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
        Assert.DoesNotContain(leftOver, name => File.Exists(Path.Combine(folder.Path, name)));
    }

    [Fact]
    [Trait("Scenario", "40")]
    public async Task A_crash_during_the_first_start_leaves_a_folder_that_can_be_used()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, StorageLayout.Lock), "");
        File.WriteAllText(Path.Combine(folder.Path, StorageLayout.Format + StorageLayout.TemporarySuffix), "hal");
        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task A_damaged_mark_is_found()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 1);
        string mark = Path.Combine(folder.Path, StorageLayout.Format);
        for (int at = 0; at < new FileInfo(mark).Length; at++)
        {
            using TemporaryFolder copy = folder.Copy();
            string copied = Path.Combine(copy.Path, StorageLayout.Format);
            TestLog.Damage(copied, at, (byte)~File.ReadAllBytes(copied)[at]);
            Assert.Throws<StorageCorruptedException>(() => TestLog.Open(copy.Path));
        }
    }

    [Theory]
    [InlineData(1, "never released")]
    [InlineData(3, "never released")]
    [InlineData(5, "newer")]
    public async Task A_folder_of_another_format_is_refused_by_its_number_and_left_alone(int version, string advice)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 1);
        string mark = Path.Combine(folder.Path, StorageLayout.Format);
        byte[] bytes = File.ReadAllBytes(mark);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), Crc32C.Append(0, bytes.AsSpan(0, 32)));
        File.WriteAllBytes(mark, bytes);
        string[] before = Directory.GetFiles(folder.Path);

        StorageException refused = Assert.Throws<StorageException>(() => TestLog.Open(folder.Path));
        Assert.Contains(
            $"format version {version}; this version of the library reads 4",
            refused.Message,
            StringComparison.Ordinal);
        Assert.Contains(advice, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task The_layout_of_the_log_is_that_of_the_first_start()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 50, bytes: 9_000);
        await TestLog.FillAsync(folder.Path, 50, bytes: 9_000, configure: options =>
        {
            options.PageBytes = 1 << 20;
            options.SegmentBytes = 8 << 20;
            options.MemoryBytes = 4 << 20;
            options.PreallocationBytes = 1 << 20;
        });
        Assert.Equal(100UL, (await TestLog.RecoverAsync(folder.Path, bytes: 9_000)).LastIndex);
        Assert.All(
            Directory.EnumerateFiles(folder.Path, "log.0*"),
            file => Assert.InRange(new FileInfo(file).Length, 1, 128 << 10));
    }

    [Fact]
    public async Task The_log_of_another_folder_is_not_taken_for_this_ones()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 5);
        await TestLog.FillAsync(other.Path, 5);
        File.Copy(TestLog.Segment(other.Path), TestLog.Segment(folder.Path), overwrite: true);
        FasterStorage storage = TestLog.Open(folder.Path);
        StoredLog recovered = await storage.Log.RecoverAsync();
        await storage.DisposeAsync();
        Assert.Equal(0UL, recovered.LastIndex);
        Assert.True(recovered.MayLackTail);
    }

    [Theory]
    [InlineData(nameof(FasterStorageOptions.Directory))]
    [InlineData(nameof(FasterStorageOptions.PageBytes))]
    [InlineData(nameof(FasterStorageOptions.SegmentBytes))]
    [InlineData(nameof(FasterStorageOptions.MemoryBytes))]
    [InlineData(nameof(FasterStorageOptions.PreallocationBytes))]
    [InlineData(nameof(FasterStorageOptions.CommitTimeout))]
    public void An_option_out_of_range_is_named(string option)
    {
        var options = new FasterStorageOptions { Directory = "member" };
        FasterStorageOptionsValidator.ThrowIfInvalid(options);
        switch (option)
        {
            case nameof(FasterStorageOptions.Directory): options.Directory = " "; break;
            case nameof(FasterStorageOptions.PageBytes): options.PageBytes = 100_000; break;
            case nameof(FasterStorageOptions.SegmentBytes): options.SegmentBytes = options.PageBytes / 2; break;
            case nameof(FasterStorageOptions.MemoryBytes): options.MemoryBytes = options.PageBytes; break;
            case nameof(FasterStorageOptions.PreallocationBytes): options.PreallocationBytes = -1; break;
            default: options.CommitTimeout = TimeSpan.Zero; break;
        }

        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => FasterStorageOptionsValidator.ThrowIfInvalid(options));
        Assert.StartsWith($"FasterStorageOptions.{option} is ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            " Use ",
            refused.Message.Replace("Set it", "Use it", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }
}
