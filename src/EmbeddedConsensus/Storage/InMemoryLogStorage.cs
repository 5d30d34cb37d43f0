using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>
/// A log in memory, for tests and for members whose data may die with the process. "Durable" means: on the
/// <see cref="InMemoryDisk"/>.
/// </summary>
/// <remarks>A cluster whose members all use it survives the restart of a minority, and loses everything when a
/// majority of the processes ends.</remarks>
internal sealed class InMemoryLogStorage : ILogStorage
{
    private readonly InMemoryDisk _disk;
    private bool _recovered;
    private bool _disposed;

    /// <summary>A log on a disk of its own, gone with this object.</summary>
    public InMemoryLogStorage() : this(new InMemoryDisk())
    {
    }

    /// <summary>A log on a disk that outlives this object.</summary>
    /// <param name="disk">The disk.</param>
    public InMemoryLogStorage(InMemoryDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        _disk = disk;
    }

    /// <inheritdoc />
    public ValueTask<StoredLog> RecoverAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_recovered)
        {
            throw new InvalidOperationException("A log is recovered once. Open another storage on the same disk.");
        }

        _disk.OpenLog(this);
        _recovered = true;
        lock (_disk.Gate)
        {
            return ValueTask.FromResult(_disk.Log.Open(_disk.Time.GetUtcNow()));
        }
    }

    /// <inheritdoc />
    public ValueTask AppendAsync(ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            InMemoryLog log = OpenLog();
            LogAppend.Check(writes.Span, log.Start.Index, log.LastIndex);
            log.Append(writes.Span);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            InMemoryLog log = OpenLog();
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstIndex, log.Start.Index);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(firstIndex, lastIndex);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(lastIndex, log.LastIndex);
            return ValueTask.FromResult<ReadOnlyMemory<LogEntry>>(log.Read(firstIndex, lastIndex, maxBytes));
        }
    }

    /// <inheritdoc />
    public ValueTask DropPrefixAsync(LogPosition through, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            OpenLog().DropPrefix(through);
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

    private InMemoryLog OpenLog()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_recovered)
        {
            throw new InvalidOperationException("Call RecoverAsync first.");
        }

        return _disk.IsOpenBy(this)
            ? _disk.Log
            : throw new StorageException("The in-memory disk was cut off by Crash. Open another storage on it.");
    }
}
