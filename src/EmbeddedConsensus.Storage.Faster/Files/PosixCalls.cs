using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>Calls of the operating system that .NET has no method for. Linux and macOS.</summary>
internal static partial class PosixCalls
{
    private const int ReadOnly = 0;
    private const int ExclusiveWithoutWaiting = 2 | 4;
    private const int Nothing = 8;

    // A child process that the host starts must not inherit the folder's lock.
    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>Opens a file or a folder for reading. .NET opens no folder, and no file that is locked.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="IOException">It cannot be opened; <see cref="Exception.HResult"/> is the error's
    /// number.</exception>
    public static SafeFileHandle OpenForReading(string path)
    {
        SafeFileHandle handle = Open(path, ReadOnly | CloseOnExec);
        if (handle.IsInvalid)
        {
            IOException failure = LastError($"Cannot open '{path}'");
            handle.Dispose();
            throw failure;
        }

        return handle;
    }

    /// <summary>Locks an open file or folder, as long as its handle is open: <c>flock</c>. It binds other processes and
    /// this one alike, and goes with the process however it ends.</summary>
    /// <param name="handle">The file or folder.</param>
    /// <returns>0, or the number of the error.</returns>
    public static int TryLock(SafeFileHandle handle) =>
        Lock(handle, ExclusiveWithoutWaiting) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Unlocks a file or folder and closes it. Closing alone is not enough: a child process that is being
    /// started holds a copy of the handle for a moment.</summary>
    /// <param name="handle">The file or folder.</param>
    public static void UnlockAndClose(SafeFileHandle handle)
    {
        if (!handle.IsClosed)
        {
            _ = Lock(handle, Nothing);
            handle.Dispose();
        }
    }

    /// <summary>Writes the contents of a file to the device.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void FlushContents(SafeFileHandle handle)
    {
        if (FlushData(handle) != 0)
        {
            throw LastError("fdatasync failed");
        }
    }

    /// <summary>Writes everything about a file or folder to the device.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void FlushAll(SafeFileHandle handle, string path)
    {
        if (Flush(handle) != 0)
        {
            throw LastError($"fsync of '{path}' failed");
        }
    }

    private static IOException LastError(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushData(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(SafeFileHandle handle);
}
