using System.Buffers;
using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Snapshots;

/// <summary>Writes a snapshot to a temporary file, which publishing renames.</summary>
internal sealed class FasterSnapshotWriter : ISnapshotWriter
{
    /// <summary>The most unflushed bytes: flushing everything at the end would delay the flushes of the log.</summary>
    private const long FlushBytes = 8L << 20;

    private const int FrameBytes = SnapshotFormat.ChunkBytes + SnapshotFormat.ChecksumBytes;

    private readonly StorageDirectory _directory;
    private readonly string _temporary;
    private readonly ulong _index;
    private readonly SafeFileHandle _handle;
    private readonly byte[] _header;
    private byte[] _frame;
    private int _used;
    private long _position;
    private long _flushed;
    private bool _closed;

    /// <summary>A writer.</summary>
    /// <param name="directory">The folder; held until the writer is disposed.</param>
    /// <param name="temporary">The name of the temporary file.</param>
    /// <param name="descriptor">What the snapshot stands for.</param>
    public FasterSnapshotWriter(StorageDirectory directory, string temporary, SnapshotDescriptor descriptor)
    {
        _index = descriptor.Position.Index;
        _directory = directory;
        _temporary = temporary;
        _header = SnapshotFormat.EncodeHeader(directory.Id, descriptor);
        _handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write);
        _frame = ArrayPool<byte>.Shared.Rent(FrameBytes);
        directory.Share();
    }

    /// <inheritdoc />
    public long Length { get; private set; }

    /// <inheritdoc />
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, ISnapshotWriter.MaxWriteBytes, nameof(data));
        try
        {
            while (!data.IsEmpty)
            {
                int count = Math.Min(data.Length, SnapshotFormat.ChunkBytes - _used);
                data.Span[..count].CopyTo(_frame.AsSpan(_used));
                _used += count;
                Length += count;
                data = data[count..];
                if (_used == SnapshotFormat.ChunkBytes)
                {
                    await WriteChunkAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is not (StorageException or OperationCanceledException))
        {
            throw Failed(exception);
        }
    }

    /// <inheritdoc />
    public async ValueTask PublishAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            if (_used > 0)
            {
                await WriteChunkAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_position == 0)
            {
                await WriteHeaderAsync(cancellationToken).ConfigureAwait(false);
            }

            SnapshotFormat.WriteFooter(_frame.AsSpan(0, SnapshotFormat.FooterBytes), _header, Length);
            await RandomAccess
                .WriteAsync(_handle, _frame.AsMemory(0, SnapshotFormat.FooterBytes), _position, cancellationToken)
                .ConfigureAwait(false);
            await Task.Run(Rename, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (StorageException or OperationCanceledException))
        {
            throw Failed(exception);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        if (_frame.Length > 0)
        {
            bool isPublished = _closed;
            Close();
            if (!isPublished)
            {
                File.Delete(_temporary);
            }

            ArrayPool<byte>.Shared.Return(_frame);
            _frame = [];
            _directory.Release();
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteHeaderAsync(CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_handle, _header, 0, cancellationToken).ConfigureAwait(false);
        _position = _header.Length;
    }

    private async ValueTask WriteChunkAsync(CancellationToken cancellationToken)
    {
        if (_position == 0)
        {
            await WriteHeaderAsync(cancellationToken).ConfigureAwait(false);
        }

        LeaveRoomForLog();
        long chunk = (Length - 1) / SnapshotFormat.ChunkBytes;
        uint checksum = SnapshotFormat.ChunkChecksum(_directory.Id, chunk, _frame.AsSpan(0, _used));
        BinaryPrimitives.WriteUInt32LittleEndian(_frame.AsSpan(_used), checksum);
        int count = _used + SnapshotFormat.ChecksumBytes;
        await RandomAccess.WriteAsync(_handle, _frame.AsMemory(0, count), _position, cancellationToken)
            .ConfigureAwait(false);
        _position += count;
        _used = 0;
        if (_position - _flushed >= FlushBytes)
        {
            await Task.Run(() => DurableFile.FlushContents(_handle), cancellationToken).ConfigureAwait(false);
            _flushed = _position;
        }
    }

    /// <summary>A snapshot can wait for space, and the log cannot: it must not be this that fills the disk.</summary>
    private void LeaveRoomForLog()
    {
        long needed = _directory.Geometry.SegmentBytes;
        if (DiskErrors.FreeBytes(_directory.Path) - _used < needed)
        {
            throw new IOException($"The log needs the last {needed} bytes", DiskErrors.OutOfSpace);
        }
    }

    private void Rename()
    {
        DurableFile.FlushContents(_handle);
        _handle.Dispose();
        _directory.Verify();
        File.Move(_temporary, _directory.File(StorageLayout.Snapshot(_index)), overwrite: true);
        _closed = true;
        DurableFile.FlushDirectory(_directory.Path);
    }

    private void Close()
    {
        _closed = true;
        _handle.Dispose();
    }

    /// <summary>After a failure the file is in an unknown state: the writer accepts no more.</summary>
    private StorageException Failed(Exception exception)
    {
        _handle.Dispose();
        return DiskErrors.Describe($"Writing the snapshot {_temporary} failed", _temporary, exception);
    }
}
