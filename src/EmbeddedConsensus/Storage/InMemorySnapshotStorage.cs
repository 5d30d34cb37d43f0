using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>Snapshots in memory, for tests and for members whose data may die with the process.</summary>
internal sealed class InMemorySnapshotStorage : ISnapshotStorage
{
    private readonly InMemoryDisk _disk;
    private bool _disposed;

    /// <summary>Snapshots on a disk of their own, gone with this object.</summary>
    public InMemorySnapshotStorage() : this(new InMemoryDisk())
    {
    }

    /// <summary>Snapshots on a disk that outlives this object.</summary>
    /// <param name="disk">The disk.</param>
    /// <exception cref="StorageInUseException">Another storage has the disk's snapshots open.</exception>
    public InMemorySnapshotStorage(InMemoryDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        _disk = disk;
        disk.OpenSnapshots(this);
    }

    /// <inheritdoc />
    public ValueTask<ISnapshotWriter> CreateAsync(
        SnapshotDescriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            ThrowIfClosed();
        }

        return ValueTask.FromResult<ISnapshotWriter>(new InMemorySnapshotWriter(this, descriptor));
    }

    /// <inheritdoc />
    public ValueTask<ISnapshotReader?> OpenNewestAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            ThrowIfClosed();
            IList<InMemorySnapshot> snapshots = _disk.Snapshots.Values;
            return ValueTask.FromResult<ISnapshotReader?>(
                snapshots.Count == 0 ? null : new InMemorySnapshotReader(snapshots[^1]));
        }
    }

    /// <inheritdoc />
    public ValueTask DeleteBelowAsync(ulong index, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            ThrowIfClosed();
            while (_disk.Snapshots.Count > 0 && _disk.Snapshots.GetKeyAtIndex(0) < index)
            {
                _disk.Snapshots.RemoveAt(0);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask DeleteAsync(ulong index, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            ThrowIfClosed();
            _disk.Snapshots.Remove(index);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _disk.Close(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes a finished snapshot visible.</summary>
    /// <param name="snapshot">The snapshot.</param>
    internal void Publish(InMemorySnapshot snapshot)
    {
        lock (_disk.Gate)
        {
            ThrowIfClosed();
            _disk.Snapshots[snapshot.Descriptor.Position.Index] = snapshot;
        }
    }

    private void ThrowIfClosed()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_disk.IsOpenBy(this))
        {
            throw new StorageException("The in-memory disk was cut off by Crash. Open another storage on it.");
        }
    }
}
