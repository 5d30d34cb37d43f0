using EmbeddedConsensus.Storage.Faster.Files;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>What is wrong with a disk, with real disks and real limits where the machine allows it: each error has its
/// cause, the full path and what to do.</summary>
[Trait("Case", "T17")]
public sealed class DiskErrorTests
{
    [Fact]
    public void A_read_only_file_system_is_called_that()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 1_000);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        disk.MakeReadOnly();
        Check(
            Assert.Throws<StorageException>(() => TestLog.Open(folder.Path)), StorageFailureCause.ReadOnly, folder.Path,
            "Mount it for writing");
    }

    [Fact]
    public async Task A_file_system_that_became_read_only_under_a_stopped_member_is_called_that()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 1_000);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        await TestLog.FillAsync(folder.Path, 3, clean: true);
        disk.MakeReadOnly();
        Check(
            Assert.Throws<StorageException>(() => TestLog.Open(folder.Path)), StorageFailureCause.ReadOnly, folder.Path,
            "Mount it for writing");
    }

    /// <summary>Injected: the runtime of a process that has no file left dies of that by itself.</summary>
    [Fact]
    public async Task Too_many_open_files_at_the_start_are_called_that()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The number is that of Linux.");
        using var folder = new TemporaryFolder();
        await using FasterStorage storage = FasterStorage.OpenOver(
            TestLog.Options(folder.Path),
            real => new FailingSegmentFiles(real) { Failure = new IOException("as injected", 24) });
        StorageException failure = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.RecoverAsync());
        Check(failure, StorageFailureCause.TooManyOpenFiles, folder.Path, "ulimit -n");
    }

    [Fact]
    public async Task Another_users_folder_is_called_that()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && InstalledTools.Has("setpriv"),
            "Only root can act as another user.");
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 3, clean: true);
        Assert.True(Tmpfs.Run("chmod", "755", Path.GetDirectoryName(folder.Path)!));
        using ChildProcess child = ChildProcess.StartCommanded(
            folder.Path, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        string answer = await child.AskAsync("open");
        Assert.StartsWith(
            $"{nameof(StorageException)} {StorageFailureCause.AccessDenied}", answer, StringComparison.Ordinal);
        Assert.Contains(folder.Path, answer, StringComparison.Ordinal);
        Assert.Contains("the owner of the folder", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_place_of_a_folder_is_called_that_wherever_it_is_in_the_path()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path, "not a folder");
        foreach (string path in new[] { folder.Path, Path.Combine(folder.Path, "member") })
        {
            Check(
                Assert.Throws<StorageException>(() => TestLog.Open(path)), StorageFailureCause.InvalidPath, path,
                "no part of it may be a file");
        }
    }

    [Fact]
    public void A_path_that_is_too_long_is_called_that()
    {
        using var folder = new TemporaryFolder();
        string segments = string.Join('/', Enumerable.Repeat(new string('x', 200), 25));
        foreach (string path in new[] { Path.Combine(folder.Path, new string('x', 300)), $"{folder.Path}/{segments}" })
        {
            Check(
                Assert.Throws<StorageException>(() => TestLog.Open(path)), StorageFailureCause.InvalidPath, path,
                nameof(FasterStorageOptions.Directory));
        }
    }

    [Fact]
    public void A_loop_of_links_is_called_that()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder.Path, folder.Path);
        Check(
            Assert.Throws<StorageException>(() => TestLog.Open(folder.Path)), StorageFailureCause.InvalidPath,
            folder.Path, nameof(FasterStorageOptions.Directory));
    }

    [Theory]
    [InlineData("mémoire – データ")]
    [InlineData("with space and 'quotes\"")]
    public async Task A_path_of_any_characters_is_a_folder(string name)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, name);
        await TestLog.FillAsync(path, 3);
        Assert.Equal(3UL, (await TestLog.RecoverAsync(path)).LastIndex);
    }

    /// <summary>Errors that a test cannot bring about by a real disk, while the log is written.</summary>
    [Theory]
    [InlineData(5, StorageFailureCause.DeviceFailed, "the system's log")]
    [InlineData(19, StorageFailureCause.Vanished, "Mount it")]
    [InlineData(24, StorageFailureCause.TooManyOpenFiles, "ulimit -n")]
    [InlineData(28, StorageFailureCause.DiskFull, "free space")]
    [InlineData(30, StorageFailureCause.ReadOnly, "Mount it for writing")]
    [InlineData(116, StorageFailureCause.Vanished, "Mount it")]
    [InlineData(122, StorageFailureCause.QuotaExceeded, "Raise the quota")]
    public async Task An_error_of_a_running_disk_is_told_with_its_cause(
        int error, StorageFailureCause cause, string advice)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers are those of Linux.");
        using var folder = new TemporaryFolder();
        FailingSegmentFiles? files = null;
        FasterStorage storage = FasterStorage.OpenOver(
            TestLog.Options(folder.Path), real => files = new FailingSegmentFiles(real));
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1));
        files!.Failure = new IOException("as injected", error);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        Check(failure, cause, folder.Path, advice);
        failure = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        Check(failure, cause, folder.Path, advice);
        await storage.DisposeAsync();
    }

    [Fact]
    public async Task A_missing_mark_is_told_with_its_file()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 3, clean: true);
        string mark = Path.Combine(folder.Path, StorageLayout.Format);
        File.Delete(mark);
        StorageCorruptedException damage = Assert.Throws<StorageCorruptedException>(() => TestLog.Open(folder.Path));
        Assert.Equal(mark, damage.File);
        Assert.Contains("IClusterManager.ReplaceMemberAsync", damage.Message, StringComparison.Ordinal);
    }

    private static void Check(StorageException failure, StorageFailureCause cause, string path, string advice)
    {
        Assert.Equal((cause, path), (failure.Cause, failure.Path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
    }
}
