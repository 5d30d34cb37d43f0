using EmbeddedConsensus.Storage.Faster.Files;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>The files of the log in a member's directory. Thread-safe, though only one thread may write.</summary>
internal sealed class SegmentFiles : ISegmentFiles
{
    private readonly Dictionary<int, SafeFileHandle> _open = [];
    private readonly Lock _gate = new();
    private readonly StorageDirectory _directory;
    private bool _disposed;

    /// <summary>The files in a folder.</summary>
    /// <param name="directory">The folder.</param>
    public SegmentFiles(StorageDirectory directory) => _directory = directory;

    /// <inheritdoc />
    public IReadOnlyList<int> List()
    {
        List<int> segments = [];
        foreach (string path in Directory.EnumerateFiles(_directory.Path))
        {
            if (StorageLayout.TryParseSegment(Path.GetFileName(path), out int segment))
            {
                segments.Add(segment);
            }
        }

        segments.Sort();
        return segments;
    }

    /// <inheritdoc />
    public string Name(int segment) => _directory.File(StorageLayout.Segment(segment));

    /// <inheritdoc />
    public long Length(int segment) => Open(segment, create: false) is { } file ? RandomAccess.GetLength(file) : 0;

    /// <inheritdoc />
    public int Read(int segment, long offset, Span<byte> destination)
    {
        SafeFileHandle? file = Open(segment, create: false);
        int total = 0;
        while (file is not null && total < destination.Length)
        {
            int count = RandomAccess.Read(file, destination[total..], offset + total);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    /// <inheritdoc />
    public void Write(int segment, long offset, ReadOnlySpan<byte> data) =>
        RandomAccess.Write(Open(segment, create: true)!, data, offset);

    /// <inheritdoc />
    public void Flush(int segment)
    {
        SafeFileHandle? file = Open(segment, create: false);
        if (file is not null)
        {
            DurableFile.FlushContents(file);
        }
    }

    /// <inheritdoc />
    public void Delete(int segment)
    {
        lock (_gate)
        {
            if (_open.Remove(segment, out SafeFileHandle? file))
            {
                file.Dispose();
            }

            _directory.Verify();
            File.Delete(Name(segment));
        }
    }

    /// <inheritdoc />
    public void FlushNames() => DurableFile.FlushDirectory(_directory.Path);

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (SafeFileHandle file in _open.Values)
            {
                file.Dispose();
            }

            _open.Clear();
        }
    }

    private SafeFileHandle? Open(int segment, bool create)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_open.TryGetValue(segment, out SafeFileHandle? file))
            {
                return file;
            }

            string name = Name(segment);
            bool exists = File.Exists(name);
            if (!exists && !create)
            {
                return null;
            }

            if (!exists)
            {
                // In another member's folder a file of this name would be taken for a part of its log.
                _directory.Verify();
            }

            // A reader may have a handle while the file is deleted; the lock file keeps other processes out.
            file = File.OpenHandle(
                name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            _open.Add(segment, file);
            if (!exists)
            {
                // The flush of a file does not flush its name.
                DurableFile.FlushDirectory(_directory.Path);
            }

            return file;
        }
    }
}
