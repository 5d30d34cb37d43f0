using EmbeddedConsensus.Storage.Faster.Files;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// A small file beside the log that says how long the log is known to have been (design decision D20): a log that ends
/// before that has lost something, where no later record shows it. Thread-safe.
/// </summary>
/// <remarks>It has two slots, written in turn and in place, so that a torn write leaves the mark before it and a full
/// disk is no obstacle. It is written beside the log's flushes and not in them, except for a vote: what a member voted
/// is on disk twice before the vote counts.</remarks>
internal sealed class LogEndFile : IDisposable
{
    // Apart by more than the largest sector, so that one torn or damaged sector never takes both.
    private const int SlotDistance = 16 * 1024;
    private const int FileBytes = SlotDistance + LogGeometry.SectorBytes;

    private readonly Lock _gate = new();
    private readonly SafeFileHandle _handle;
    private readonly ulong _folderId;
    private ulong _generation;

    private LogEndFile(SafeFileHandle handle, ulong folderId, ulong generation, LogEndMark mark)
    {
        _handle = handle;
        _folderId = folderId;
        _generation = generation;
        Mark = mark;
    }

    /// <summary>The newest mark.</summary>
    public LogEndMark Mark { get; private set; }

    /// <summary>Creates the file of a new folder, durably, before anything else marks the folder as a member's.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="folderId">The folder's random number.</param>
    public static void Create(string path, ulong folderId)
    {
        byte[] contents = new byte[FileBytes];
        LogEndMark initial = new(0, 0, IsClean: true, MayLackTail: false);
        initial.Write(contents.AsSpan(0, LogEndMark.Bytes), 0, folderId);
        DurableFile.Replace(path, contents);
    }

    /// <summary>Whether a file is that of a folder whose creation a crash interrupted.</summary>
    /// <param name="path">The file.</param>
    public static bool IsOfNewFolder(string path)
    {
        ReadOnlySpan<byte> contents = File.ReadAllBytes(path);
        return contents.Length == FileBytes
            && LogEndMark.IsOfNewFolder(contents[..LogEndMark.Bytes])
            && contents[SlotDistance..].IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>Opens the file.</summary>
    /// <param name="directory">The member's folder.</param>
    /// <exception cref="StorageCorruptedException">It is missing, or both slots are damaged.</exception>
    public static LogEndFile Open(StorageDirectory directory)
    {
        string path = directory.File(StorageLayout.LogEnd);
        if (!File.Exists(path))
        {
            throw new StorageCorruptedException(
                path, 0, $"The file {path}, which says how long the log is, is missing. {LogDamage.WhatToDo}");
        }

        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Span<byte> slot = stackalloc byte[LogEndMark.Bytes];
        (ulong Generation, LogEndMark Mark)? newest = null;
        for (int i = 0; i < 2; i++)
        {
            if (RandomAccess.Read(handle, slot, i * SlotDistance) == slot.Length
                && LogEndMark.TryRead(slot, directory.Id, out ulong generation, out LogEndMark mark)
                && (newest is not { } other || generation > other.Generation))
            {
                newest = (generation, mark);
            }
        }

        if (newest is { } found)
        {
            return new LogEndFile(handle, directory.Id, found.Generation, found.Mark);
        }

        handle.Dispose();
        throw new StorageCorruptedException(
            path, 0, $"The file {path}, which says how long the log is, is damaged. {LogDamage.WhatToDo}");
    }

    /// <summary>Writes a mark, durably; one that says what the newest one says is not written again.</summary>
    /// <param name="mark">The mark.</param>
    /// <exception cref="IOException">The mark before it still stands.</exception>
    public void Write(in LogEndMark mark)
    {
        lock (_gate)
        {
            if (mark == Mark)
            {
                return;
            }

            Span<byte> slot = stackalloc byte[LogEndMark.Bytes];
            mark.Write(slot, _generation + 1, _folderId);
            RandomAccess.Write(_handle, slot, (long)((_generation + 1) % 2) * SlotDistance);
            DurableFile.FlushContents(_handle);
            _generation++;
            Mark = mark;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();
}
