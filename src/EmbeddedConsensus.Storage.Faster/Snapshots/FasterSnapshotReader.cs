using System.Buffers;
using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using EmbeddedConsensus.Storage.Faster.Log;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Snapshots;

/// <summary>Reads a snapshot file and verifies every chunk it touches.</summary>
internal sealed class FasterSnapshotReader : ISnapshotReader
{
    private readonly StorageDirectory _directory;
    private readonly string _file;
    private readonly SafeFileHandle _handle;
    private readonly int _headerBytes;
    private int _disposed;

    private FasterSnapshotReader(
        StorageDirectory directory, string file, SafeFileHandle handle, int headerBytes, SnapshotDescriptor descriptor,
        long length)
    {
        _directory = directory.Share();
        _file = file;
        _handle = handle;
        _headerBytes = headerBytes;
        Descriptor = descriptor;
        Length = length;
    }

    /// <inheritdoc />
    public SnapshotDescriptor Descriptor { get; }

    /// <inheritdoc />
    public long Length { get; }

    /// <summary>Opens a snapshot and checks that it is whole.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="index">The index that the snapshot reaches to.</param>
    /// <exception cref="StorageCorruptedException">It is damaged.</exception>
    public static FasterSnapshotReader Open(StorageDirectory directory, ulong index)
    {
        string file = directory.File(StorageLayout.Snapshot(index));
        SafeFileHandle handle = File.OpenHandle(
            file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            long fileBytes = RandomAccess.GetLength(handle);
            byte[] header = ReadHeader(handle, file, fileBytes);
            SnapshotDescriptor descriptor = SnapshotFormat.TryReadHeader(directory.Id, header)
                ?? throw Damaged(file, 0, "its header does not match its checksum");
            byte[] footer = new byte[SnapshotFormat.FooterBytes];
            long footerStart = Math.Max(0, fileBytes - footer.Length);
            if (RandomAccess.Read(handle, footer, footerStart) != footer.Length
                || !SnapshotFormat.TryReadFooter(footer, header, out long length)
                || SnapshotFormat.FileBytes(header.Length, length) != fileBytes
                || descriptor.Position.Index != index)
            {
                throw Damaged(file, footerStart, "its end is missing or damaged");
            }

            return new FasterSnapshotReader(directory, file, handle, header.Length, descriptor, length);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<int> ReadAsync(
        long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int total = (int)Math.Max(0, Math.Min(destination.Length, Length - offset));
        byte[] frame = ArrayPool<byte>.Shared.Rent(SnapshotFormat.ChunkBytes + SnapshotFormat.ChecksumBytes);
        try
        {
            Memory<byte> rest = destination[..total];
            while (!rest.IsEmpty)
            {
                long chunk = offset / SnapshotFormat.ChunkBytes;
                int length = await ReadChunkAsync(chunk, frame, cancellationToken).ConfigureAwait(false);
                int at = (int)(offset % SnapshotFormat.ChunkBytes);
                int count = Math.Min(rest.Length, length - at);
                frame.AsSpan(at, count).CopyTo(rest.Span);
                rest = rest[count..];
                offset += count;
            }

            return total;
        }
        catch (IOException exception)
        {
            throw DiskErrors.Describe($"The snapshot {_file} cannot be read", _file, exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _handle.Dispose();
            _directory.Release();
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> ReadChunkAsync(long chunk, byte[] frame, CancellationToken cancellationToken)
    {
        int length = (int)Math.Min(SnapshotFormat.ChunkBytes, Length - (chunk * SnapshotFormat.ChunkBytes));
        long start = SnapshotFormat.ChunkStart(_headerBytes, chunk);
        int needed = length + SnapshotFormat.ChecksumBytes;
        int read = 0;
        while (read < needed)
        {
            int count = await RandomAccess.ReadAsync(
                _handle, frame.AsMemory(read, needed - read), start + read, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                throw Damaged(_file, start + read, "it became shorter");
            }

            read += count;
        }

        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(length));
        return SnapshotFormat.ChunkChecksum(_directory.Id, chunk, frame.AsSpan(0, length)) == expected
            ? length
            : throw Damaged(_file, start, "a chunk does not match its checksum");
    }

    private static byte[] ReadHeader(SafeFileHandle handle, string file, long fileBytes)
    {
        Span<byte> prefix = stackalloc byte[SnapshotFormat.PrefixBytes];
        if (RandomAccess.Read(handle, prefix, 0) != prefix.Length
            || !SnapshotFormat.TryReadPrefix(prefix, out int headerBytes)
            || headerBytes > fileBytes)
        {
            throw Damaged(file, 0, "it does not begin as a snapshot");
        }

        byte[] header = new byte[headerBytes];
        return RandomAccess.Read(handle, header, 0) == headerBytes
            ? header
            : throw Damaged(file, 0, "its header is cut off");
    }

    private static StorageCorruptedException Damaged(string file, long offset, string what) =>
        new(file, offset,
            $"The snapshot {file} is damaged at offset {offset}: {what}. The log before it is gone. "
            + LogDamage.WhatToDo);
}
