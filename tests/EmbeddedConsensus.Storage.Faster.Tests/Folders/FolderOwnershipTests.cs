using System.Runtime.InteropServices;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A folder that is taken from its store while the store runs: no append is acknowledged that the folder's
/// next owner does not find.</summary>
[Trait("Case", "T16")]
public sealed partial class FolderOwnershipTests
{
    [Fact]
    public async Task A_deleted_lock_lets_no_second_process_in()
    {
        using var folder = new TemporaryFolder();
        await using FasterStorage storage = await OpenAsync(folder.Path);
        File.Delete(LockOf(folder.Path));
        using ChildProcess child = ChildProcess.StartCommanded(folder.Path);
        Assert.StartsWith(nameof(StorageInUseException), await child.AskAsync("open"), StringComparison.Ordinal);

        // The store puts the file back and continues.
        await storage.Log.AppendAsync(TestLog.Write(2));
        Assert.True(File.Exists(LockOf(folder.Path)));
        Assert.StartsWith(nameof(StorageInUseException), await child.AskAsync("open"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_locking_that_is_switched_off_lets_no_second_process_in()
    {
        Assert.SkipUnless(InstalledTools.Has("env"), "There is no env to start a process with.");
        using var folder = new TemporaryFolder();
        string[] switchedOff = ["env", "DOTNET_SYSTEM_IO_DISABLEFILELOCKING=true"];
        using ChildProcess first = ChildProcess.StartCommanded(folder.Path, switchedOff);
        Assert.Equal("0", await first.AskAsync("open"));
        using ChildProcess second = ChildProcess.StartCommanded(folder.Path, switchedOff);
        Assert.StartsWith(nameof(StorageInUseException), await second.AskAsync("open"), StringComparison.Ordinal);
        File.Delete(LockOf(folder.Path));
        Assert.StartsWith(nameof(StorageInUseException), await second.AskAsync("open"), StringComparison.Ordinal);
        Assert.Equal("1", await first.AskAsync("append"));
    }

    /// <summary>A child process that is being started holds copies of its parent's handles until it runs its program.
    /// </summary>
    [Fact]
    public void A_closed_folder_is_free_though_its_handle_was_copied()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows copies no handles.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        using SafeFileHandle handle = PosixCalls.OpenForReading(folder.Path);
        Assert.Equal(0, PosixCalls.TryLock(handle));
        using SafeFileHandle copy = Duplicate(handle);
        using SafeFileHandle other = PosixCalls.OpenForReading(folder.Path);
        Assert.NotEqual(0, PosixCalls.TryLock(other));
        PosixCalls.UnlockAndClose(handle);
        Assert.Equal(0, PosixCalls.TryLock(other));
    }

    [Fact]
    public async Task The_refusal_names_the_owner()
    {
        using var folder = new TemporaryFolder();
        await using FasterStorage storage = await OpenAsync(folder.Path);
        StorageInUseException refused = Assert.Throws<StorageInUseException>(() => TestLog.Open(folder.Path));
        Assert.Contains($"process {Environment.ProcessId} on", refused.Message, StringComparison.Ordinal);
        Assert.Equal(folder.Path, refused.Path);
    }

    /// <summary>As by a second host, where the file system locks nothing.</summary>
    [Fact]
    public async Task A_store_that_was_taken_over_acknowledges_nothing_more()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let go of a file that is open.");
        using var folder = new TemporaryFolder();
        await using FasterStorage storage = await OpenAsync(folder.Path);
        string other = LockOf(folder.Path) + ".other";
        File.WriteAllText(other, "process 7 on elsewhere");
        File.Move(other, LockOf(folder.Path), overwrite: true);
        StorageInUseException refused = await Assert.ThrowsAsync<StorageInUseException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        Assert.Contains("taken over by process 7 on elsewhere", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(async () => await storage.Log.AppendAsync(TestLog.Write(2)));
    }

    [Fact]
    public async Task A_folder_that_was_replaced_is_noticed_and_the_new_one_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not move a folder with open files.");
        using var folder = new TemporaryFolder();
        FasterStorage storage = await OpenAsync(folder.Path);
        await PublishAsync(storage, 9);
        string moved = folder.Path + ".moved";
        Directory.Move(folder.Path, moved);

        // Another member's, or the same one's on an empty folder.
        FasterStorage other = await OpenAsync(folder.Path);
        await PublishAsync(other, 5);
        await other.DisposeAsync();
        string[] before = Directory.GetFiles(folder.Path);

        StorageException gone = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        Assert.Equal((StorageFailureCause.Vanished, folder.Path), (gone.Cause, gone.Path));
        gone = await Assert.ThrowsAsync<StorageException>(async () => await storage.Snapshots.DeleteBelowAsync(9));
        Assert.Equal(StorageFailureCause.Vanished, gone.Cause);
        await Assert.ThrowsAsync<StorageException>(async () => await PublishAsync(storage, 9));
        await storage.DisposeAsync();
        Assert.Equal(before, Directory.GetFiles(folder.Path));
        Assert.Equal(1UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
        Assert.True((await TestLog.RecoverAsync(moved)).LastIndex >= 1);
    }

    [Fact]
    public async Task A_new_file_of_the_log_is_not_put_into_another_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not move a folder with open files.");
        using var folder = new TemporaryFolder();
        FasterStorage storage = await OpenAsync(folder.Path);
        Directory.Move(folder.Path, folder.Path + ".moved");
        Directory.CreateDirectory(folder.Path);

        // Longer than a file: it needs the next one before it is flushed.
        await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2, bytes: 200_000)));
        await storage.DisposeAsync();
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_folder_that_was_emptied_is_noticed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete files that are open.");
        using var folder = new TemporaryFolder();
        await using FasterStorage storage = await OpenAsync(folder.Path);
        foreach (string file in Directory.GetFiles(folder.Path))
        {
            File.Delete(file);
        }

        StorageException gone = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        Assert.Equal(StorageFailureCause.Vanished, gone.Cause);
    }

    [Fact]
    public async Task A_folder_that_was_unmounted_is_noticed()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 1_000);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        FasterStorage storage = await OpenAsync(folder.Path);
        disk.Detach();
        StorageException gone = await Assert.ThrowsAsync<StorageException>(
            async () => await storage.Log.AppendAsync(TestLog.Write(2)));
        Assert.Equal(StorageFailureCause.Vanished, gone.Cause);
        Assert.Contains("unmounted", gone.Message, StringComparison.Ordinal);
        await storage.DisposeAsync();
    }

    /// <summary>A folder is one folder, by whatever name.</summary>
    [Fact]
    public async Task A_second_name_of_the_folder_is_refused_too()
    {
        using var folder = new TemporaryFolder();
        await using FasterStorage storage = await OpenAsync(folder.Path + Path.DirectorySeparatorChar);
        string link = folder.Path + ".link";
        Directory.CreateSymbolicLink(link, folder.Path);
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, folder.Path);
        foreach (string name in new[] { folder.Path, link, relative, Path.Combine(folder.Path, "..", "member") })
        {
            Assert.Throws<StorageInUseException>(() => TestLog.Open(name));
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial SafeFileHandle Duplicate(SafeFileHandle handle);

    private static string LockOf(string folder) => Path.Combine(folder, StorageLayout.Lock);

    private static async Task<FasterStorage> OpenAsync(string folder)
    {
        FasterStorage storage = TestLog.Open(folder);
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1));
        return storage;
    }

    private static async Task PublishAsync(FasterStorage storage, ulong index)
    {
        await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(
            new SnapshotDescriptor(new LogPosition(index, 1), default));
        await writer.WriteAsync(new byte[100]);
        await writer.PublishAsync();
    }
}
