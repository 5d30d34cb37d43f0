using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>Makes files, and their names, survive a power cut.</summary>
/// <remarks>
/// <para>Linux: <c>fdatasync</c> for contents, since .NET's flush is <c>fsync</c>, which also writes the time of the
/// last change; and <c>fsync</c> of the folder for names, which .NET has no call for.</para>
/// <para>macOS: .NET flushes with <c>F_FULLFSYNC</c>, which reaches the platter. Windows: .NET flushes with
/// <c>FlushFileBuffers</c>; NTFS writes names to its journal before the flush of a file created under them returns, and
/// a folder cannot be flushed.</para>
/// </remarks>
internal static class DurableFile
{
    /// <summary>Flushes what was written to a file, and as much metadata as it takes to read it back.</summary>
    /// <param name="handle">The file.</param>
    /// <exception cref="IOException">The data may be lost. Another flush may well succeed without having written it:
    /// do not retry.</exception>
    public static void FlushContents(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(handle);
        }
        else
        {
            PosixCalls.FlushContents(handle);
        }
    }

    /// <summary>Flushes the names in a folder: needed after a file was created, renamed or deleted.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">The names may be lost.</exception>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using SafeFileHandle folder = PosixCalls.OpenForReading(path);
        PosixCalls.FlushAll(folder, path);
    }

    /// <summary>Replaces a small file in one step: after a crash either the old or the new contents are
    /// there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contents">The new contents.</param>
    /// <exception cref="IOException">The file may have the old or the new contents.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> contents)
    {
        string temporary = path + StorageLayout.TemporarySuffix;
        using (SafeFileHandle handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, contents, 0);
            FlushContents(handle);
        }

        File.Move(temporary, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
