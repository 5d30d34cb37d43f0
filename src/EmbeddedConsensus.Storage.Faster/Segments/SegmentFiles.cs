using EmbeddedConsensus.Storage.Faster.Files;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>The files of the log in a member's directory. Thread-safe, though only one thread may write.</summary>
internal sealed class SegmentFiles : ISegmentFiles
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    private readonly Dictionary<int, SegmentFile> _open = [];
    private readonly Lock _gate = new();
    private readonly StorageDirectory _directory;
    private readonly long _segmentBytes;
    private readonly int _preallocationBytes;
    private bool _disposed;

    /// <summary>The files in a folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="segmentBytes">The most that a file holds.</param>
    /// <param name="preallocationBytes">How far to fill files ahead, or zero.</param>
    public SegmentFiles(StorageDirectory directory, long segmentBytes, int preallocationBytes)
    {
        _directory = directory;
        _segmentBytes = segmentBytes;
        _preallocationBytes = preallocationBytes;
    }

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
    public int Read(int segment, long offset, Span<byte> destination)
    {
        SegmentFile? file = Open(segment, create: false);
        int total = 0;
        while (file is not null && total < destination.Length)
        {
            int count = RandomAccess.Read(file.Handle, destination[total..], offset + total);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    /// <inheritdoc />
    public void Write(int segment, long offset, ReadOnlySpan<byte> data)
    {
        SegmentFile file = Open(segment, create: true)!;
        long end = offset + data.Length;
        if (_preallocationBytes > 0 && end > file.Length)
        {
            Extend(file, end + _preallocationBytes);
        }

        RandomAccess.Write(file.Handle, data, offset);
        file.Length = Math.Max(file.Length, end);
    }

    /// <inheritdoc />
    public void Prepare(int segment, long tail)
    {
        if (_preallocationBytes == 0)
        {
            return;
        }

        if (tail + (_preallocationBytes / 2) > _segmentBytes)
        {
            Prepare(segment + 1, 0);
        }

        SegmentFile file = Open(segment, create: true)!;
        if (file.Length < Math.Min(_segmentBytes, tail + (_preallocationBytes / 2)))
        {
            Extend(file, tail + _preallocationBytes);
            DurableFile.FlushContents(file.Handle);
        }
    }

    /// <inheritdoc />
    public void Flush(int segment)
    {
        SegmentFile? file = Open(segment, create: false);
        if (file is not null)
        {
            DurableFile.FlushContents(file.Handle);
        }
    }

    /// <inheritdoc />
    public void Delete(int segment)
    {
        lock (_gate)
        {
            if (_open.Remove(segment, out SegmentFile? file))
            {
                file.Handle.Dispose();
            }

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
            foreach (SegmentFile file in _open.Values)
            {
                file.Handle.Dispose();
            }

            _open.Clear();
        }
    }

    private void Extend(SegmentFile file, long length)
    {
        length = Math.Min(length, _segmentBytes);
        while (file.Length < length)
        {
            int count = (int)Math.Min(Zeros.Length, length - file.Length);
            RandomAccess.Write(file.Handle, Zeros.AsSpan(0, count), file.Length);
            file.Length += count;
        }
    }

    private SegmentFile? Open(int segment, bool create)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_open.TryGetValue(segment, out SegmentFile? file))
            {
                return file;
            }

            string name = Name(segment);
            bool exists = File.Exists(name);
            if (!exists && !create)
            {
                return null;
            }

            // A reader may have a handle while the file is deleted; the lock file keeps other processes out.
            SafeFileHandle handle = File.OpenHandle(
                name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            file = new SegmentFile(handle) { Length = RandomAccess.GetLength(handle) };
            _open.Add(segment, file);
            if (!exists)
            {
                // The flush of a file does not flush its name.
                DurableFile.FlushDirectory(_directory.Path);
            }

            return file;
        }
    }

    /// <summary>An open file; its length includes the zeros ahead of the tail.</summary>
    private sealed class SegmentFile(SafeFileHandle handle)
    {
        public SafeFileHandle Handle { get; } = handle;

        public long Length { get; set; }
    }
}
