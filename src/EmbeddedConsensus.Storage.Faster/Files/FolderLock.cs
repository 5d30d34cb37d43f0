using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>
/// Holds a folder for one store: keeps others out of it, and finds out when the folder is no longer this store's.
/// Thread-safe.
/// </summary>
/// <remarks>
/// <para>Linux and macOS: <c>flock</c> on the folder itself, which no deleted file and no second name of the folder
/// gets around, and on the file <c>lock</c>, for network file systems that lock files alone. Locks are advice, and some
/// file systems have none; a folder can be moved, replaced or unmounted under its owner. So each opening also puts a
/// new file <c>lock</c> in the place of the old one, before it reads anything, and <see cref="Verify"/> looks between
/// the flush of an append and its acknowledgement whether the path still leads to that file. Then either the append was
/// there before the next owner read the log, or it is not acknowledged.</para>
/// <para>Windows: a file that is open without sharing keeps others out, and its folder from being moved or
/// deleted.</para>
/// </remarks>
internal sealed class FolderLock : IDisposable
{
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private const int MaxOwnerBytes = 200;

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly string _file;
    private readonly byte[] _folderPath;
    private readonly byte[] _filePath;
    private readonly SafeFileHandle? _folderHandle;
    private FileIdentity _folderIdentity;
    private FileIdentity _fileIdentity;
    private SafeFileHandle? _fileHandle;
    private bool _isReleased;

    private FolderLock(string folder, SafeFileHandle? folderHandle)
    {
        _folder = folder;
        _file = Path.Combine(folder, StorageLayout.Lock);
        _folderPath = FileIdentity.Encode(folder);
        _filePath = FileIdentity.Encode(_file);
        _folderHandle = folderHandle;
    }

    /// <summary>Takes hold of a folder.</summary>
    /// <param name="folder">The folder, as a full path; it exists.</param>
    /// <exception cref="StorageInUseException">Another store holds it.</exception>
    /// <exception cref="IOException">It cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be used.</exception>
    public static FolderLock Take(string folder)
    {
        FolderLock held = new(folder, OperatingSystem.IsWindows() ? null : PosixCalls.OpenForReading(folder));
        try
        {
            if (OperatingSystem.IsWindows())
            {
                held.OpenUnshared();
            }
            else
            {
                held.LockAll();
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that the folder is still this store's. Cheap enough for every append.</summary>
    /// <exception cref="StorageInUseException">Another store has taken it over.</exception>
    /// <exception cref="StorageException">It was moved, replaced, emptied or unmounted, or the lock was
    /// released.</exception>
    public void Verify()
    {
        if (!OperatingSystem.IsWindows() && FileIdentity.TryRead(_filePath) != _fileIdentity)
        {
            lock (_gate)
            {
                Inspect();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _isReleased = true;
            _fileIdentity = new FileIdentity(ulong.MaxValue, ulong.MaxValue);
            if (OperatingSystem.IsWindows())
            {
                _fileHandle?.Dispose();
                return;
            }

            foreach (SafeFileHandle handle in new[] { _fileHandle, _folderHandle }.OfType<SafeFileHandle>())
            {
                PosixCalls.UnlockAndClose(handle);
            }
        }
    }

    private void OpenUnshared()
    {
        try
        {
            // Others may read the owner's name.
            _fileHandle = File.OpenHandle(_file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            WriteOwner(_fileHandle);
        }
        catch (IOException exception) when (DiskErrors.IsSharingViolation(exception))
        {
            throw InUse(exception);
        }
    }

    private void LockAll()
    {
        RefuseIfLocked(_folderHandle!);
        _folderIdentity = FileIdentity.TryRead(_folderPath);
        using SafeFileHandle? former = File.Exists(_file) ? PosixCalls.OpenForReading(_file) : null;
        if (former is not null)
        {
            RefuseIfLocked(former);
        }

        ReplaceFile();
    }

    /// <summary>Puts a new file in the place of the lock: a former owner sees that it is not its own.</summary>
    private void ReplaceFile()
    {
        string temporary = _file + StorageLayout.TemporarySuffix;
        SafeFileHandle handle = File.OpenHandle(
            temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            RefuseIfLocked(handle);
            WriteOwner(handle);
            FileIdentity identity = FileIdentity.TryRead(FileIdentity.Encode(temporary));
            File.Move(temporary, _file, overwrite: true);
            _fileHandle?.Dispose();
            (_fileHandle, _fileIdentity) = (handle, identity);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The path no longer leads to this store's file. If that was merely deleted, it is put back: the folder
    /// is locked all the same.</summary>
    private void Inspect()
    {
        FileIdentity found = FileIdentity.TryRead(_filePath);
        if (!_isReleased && found == _fileIdentity)
        {
            return;
        }

        bool isSameFolder = !_isReleased && FileIdentity.TryRead(_folderPath) == _folderIdentity;
        if (isSameFolder && found == default && File.Exists(Path.Combine(_folder, StorageLayout.Format)))
        {
            ReplaceFile();
            return;
        }

        throw isSameFolder && found != default
            ? new StorageInUseException(
                $"The folder {_folder} was taken over{OwnerOf(_file)}. This store stops writing to it, and "
                + "acknowledged nothing since. Give each member a folder of its own.")
            {
                Path = _folder,
            }
            : new StorageException(
                $"The folder {_folder} is no longer the one that this store opened: it was moved, replaced, emptied "
                + "or unmounted. Nothing was acknowledged since. Bring the former folder back to this path, then "
                + "restart; do not start the member on another folder.")
            {
                Cause = StorageFailureCause.Vanished,
                Path = _folder,
            };
    }

    private void RefuseIfLocked(SafeFileHandle handle)
    {
        // Any other error says that this file system has no such lock; then Verify is what is left.
        if (PosixCalls.TryLock(handle) is WouldBlockOnLinux or WouldBlockOnMac)
        {
            throw InUse(null);
        }
    }

    private StorageInUseException InUse(Exception? cause) =>
        new($"The folder {_folder} is in use{OwnerOf(_file)}. Stop that one, or give each member a folder of its own.",
            cause)
        {
            Path = _folder,
        };

    private static void WriteOwner(SafeFileHandle handle)
    {
        string owner = $"process {Environment.ProcessId} on {Environment.MachineName}\n";
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.UTF8.GetBytes(owner), 0);
        }
        catch (IOException exception) when (DiskErrors.IsOutOfSpace(exception))
        {
            // The file counts, not what it says: a full disk must not keep a member from starting.
        }
    }

    private static string OwnerOf(string file)
    {
        try
        {
            using SafeFileHandle handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                : PosixCalls.OpenForReading(file);
            Span<byte> owner = stackalloc byte[MaxOwnerBytes];
            string text = Encoding.UTF8.GetString(owner[..RandomAccess.Read(handle, owner, 0)]).Trim();
            return text.Length == 0 ? " by another store" : $" by {text}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return " by another store";
        }
    }
}
