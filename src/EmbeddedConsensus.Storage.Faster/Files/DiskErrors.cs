using System.Globalization;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>What the errors of the operating system mean for a member's folder, and what an operator can do.</summary>
internal static class DiskErrors
{
    // .NET sets the HResult of an IOException to the number of the error on Linux and macOS, and to 0x8007 followed by
    // it on Windows.
    private const int WindowsFacility = unchecked((int)0x80070000);

    private static readonly Dictionary<int, StorageFailureCause> Causes = OperatingSystem.IsWindows()
        ? new()
        {
            [2] = StorageFailureCause.Vanished, // ERROR_FILE_NOT_FOUND
            [3] = StorageFailureCause.Vanished, // ERROR_PATH_NOT_FOUND
            [4] = StorageFailureCause.TooManyOpenFiles, // ERROR_TOO_MANY_OPEN_FILES
            [5] = StorageFailureCause.AccessDenied, // ERROR_ACCESS_DENIED
            [19] = StorageFailureCause.ReadOnly, // ERROR_WRITE_PROTECT
            [21] = StorageFailureCause.Vanished, // ERROR_NOT_READY
            [23] = StorageFailureCause.DeviceFailed, // ERROR_CRC
            [39] = StorageFailureCause.DiskFull, // ERROR_HANDLE_DISK_FULL
            [55] = StorageFailureCause.Vanished, // ERROR_DEV_NOT_EXIST
            [112] = StorageFailureCause.DiskFull, // ERROR_DISK_FULL
            [206] = StorageFailureCause.InvalidPath, // ERROR_FILENAME_EXCED_RANGE
            [267] = StorageFailureCause.InvalidPath, // ERROR_DIRECTORY
            [1117] = StorageFailureCause.DeviceFailed, // ERROR_IO_DEVICE
            [1295] = StorageFailureCause.QuotaExceeded, // ERROR_DISK_QUOTA_EXCEEDED
        }
        : new()
        {
            [1] = StorageFailureCause.AccessDenied, // EPERM
            [2] = StorageFailureCause.Vanished, // ENOENT
            [5] = StorageFailureCause.DeviceFailed, // EIO
            [6] = StorageFailureCause.Vanished, // ENXIO
            [13] = StorageFailureCause.AccessDenied, // EACCES
            [17] = StorageFailureCause.InvalidPath, // EEXIST
            [19] = StorageFailureCause.Vanished, // ENODEV
            [20] = StorageFailureCause.InvalidPath, // ENOTDIR
            [23] = StorageFailureCause.TooManyOpenFiles, // ENFILE
            [24] = StorageFailureCause.TooManyOpenFiles, // EMFILE
            [28] = StorageFailureCause.DiskFull, // ENOSPC
            [30] = StorageFailureCause.ReadOnly, // EROFS
            [OperatingSystem.IsMacOS() ? 62 : 40] = StorageFailureCause.InvalidPath, // ELOOP
            [OperatingSystem.IsMacOS() ? 63 : 36] = StorageFailureCause.InvalidPath, // ENAMETOOLONG
            [OperatingSystem.IsMacOS() ? 69 : 122] = StorageFailureCause.QuotaExceeded, // EDQUOT
            [OperatingSystem.IsMacOS() ? 57 : 107] = StorageFailureCause.Vanished, // ENOTCONN: a FUSE server that ended
            [OperatingSystem.IsMacOS() ? 70 : 116] = StorageFailureCause.Vanished, // ESTALE
        };

    /// <summary>The <see cref="Exception.HResult"/> of an <see cref="IOException"/> on a full disk.</summary>
    public static int OutOfSpace { get; } = OperatingSystem.IsWindows() ? WindowsFacility | 112 : 28;

    /// <summary>Why a call of the file system failed.</summary>
    /// <param name="exception">What it threw.</param>
    public static StorageFailureCause CauseOf(Exception exception) => exception switch
    {
        StorageException known => known.Cause,

        // These two do not keep the error's number.
        FileNotFoundException or DirectoryNotFoundException => StorageFailureCause.Vanished,
        PathTooLongException => StorageFailureCause.InvalidPath,
        UnauthorizedAccessException { InnerException: IOException inner } when CauseOf(inner) != default =>
            CauseOf(inner),
        UnauthorizedAccessException => StorageFailureCause.AccessDenied,
        IOException => Causes.GetValueOrDefault(
            OperatingSystem.IsWindows() ? exception.HResult ^ WindowsFacility : exception.HResult),
        _ => StorageFailureCause.Unknown,
    };

    /// <summary>Whether there was no room to write.</summary>
    /// <param name="exception">What a call of the file system threw.</param>
    public static bool IsOutOfSpace(Exception exception) =>
        CauseOf(exception) is StorageFailureCause.DiskFull or StorageFailureCause.QuotaExceeded;

    /// <summary>Whether another process has a file open in a way that shuts this one out. Windows.</summary>
    /// <param name="exception">What the call that opens the file threw.</param>
    public static bool IsSharingViolation(IOException exception) => (exception.HResult & 0xFFFF) is 32 or 33;

    /// <summary>An error for a call of the file system that failed.</summary>
    /// <param name="failed">What failed, with its path: the beginning of a sentence.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="exception">What the call threw.</param>
    /// <param name="note">A sentence to say before the remedy.</param>
    public static StorageException Describe(string failed, string path, Exception exception, string note = "")
    {
        StorageFailureCause cause = CauseOf(exception);
        (string reason, string remedy) = Explain(cause, path);
        string middle = note.Length == 0 ? "" : $" {note}";
        return new StorageException(
            $"{failed}: {reason} ({exception.Message.TrimEnd('.')}).{middle} {remedy}", exception)
        {
            Cause = cause,
            Path = path,
        };
    }

    /// <summary>How many bytes this user may still write to the disk of a file or folder; null where that cannot be
    /// found out.</summary>
    /// <param name="path">The file or folder.</param>
    public static long? FreeBytes(string path)
    {
        try
        {
            return new DriveInfo(path).AvailableFreeSpace;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static (string Reason, string Remedy) Explain(StorageFailureCause cause, string path) => cause switch
    {
        StorageFailureCause.DiskFull => (
            $"the disk is full, with {Describe(FreeBytes(path))} bytes of free space",
            "Make the disk larger or delete something else from it, then restart the member."),
        StorageFailureCause.QuotaExceeded => (
            $"the quota of user {Environment.UserName}, its group or the project is used up",
            "Raise the quota, then restart the member."),
        StorageFailureCause.ReadOnly => (
            "the file system is read-only",
            "Mount it for writing, then restart the member. If the system made it read-only after errors, check the "
            + "disk first."),
        StorageFailureCause.TooManyOpenFiles => (
            "this process or the machine has too many files open",
            "Raise the limit (ulimit -n, LimitNOFILE= of a systemd unit) or find what leaves files open, then restart "
            + "the member."),
        StorageFailureCause.AccessDenied => (
            $"user {Environment.UserName} may not access it",
            "Make that user the owner of the folder and of all files in it, then restart the member."),
        StorageFailureCause.DeviceFailed => (
            "the device reported an error",
            "Check the disk and the system's log. If the disk is failing, put a member with a new id in this one's "
            + "place, with IClusterManager.ReplaceMemberAsync on one that runs."),
        StorageFailureCause.Vanished => (
            "it is not there; it was deleted, moved or unmounted",
            "Mount it or move it back, then restart the member."),
        StorageFailureCause.InvalidPath => (
            "the path cannot be that of a folder",
            $"Set {nameof(FasterStorageOptions)}.{nameof(FasterStorageOptions.Directory)} to a folder, or to a path at "
            + "which there is nothing yet; no part of it may be a file."),
        _ => ("the operating system reported an error", "Check the disk and its free space, then restart the member."),
    };

    private static string Describe(long? bytes) => bytes?.ToString("N0", CultureInfo.InvariantCulture) ?? "unknown";
}
