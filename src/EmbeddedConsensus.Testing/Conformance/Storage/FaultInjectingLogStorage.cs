using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>
/// A log storage that fails or hangs when a test says so, over one that works. What fails has not reached the inner
/// storage unless the test says that it has.
/// </summary>
public sealed class FaultInjectingLogStorage : ILogStorage
{
    private readonly ILogStorage _inner;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _held;
    private Exception? _nextWriteFailure;
    private bool _writeBeforeFailing;
    private Exception? _nextReadFailure;
    private StorageException? _fault;

    /// <summary>Wraps a storage.</summary>
    /// <param name="inner">The storage that works; disposed with this one.</param>
    public FaultInjectingLogStorage(ILogStorage inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
    }

    /// <summary>The number of appends that were asked for.</summary>
    public long Appends { get; private set; }

    /// <summary>Makes the next append or drop fail; the storage is faulted from then on.</summary>
    /// <param name="failure">What it fails with, or null for a <see cref="StorageException"/>.</param>
    /// <param name="reachesDisk">Whether the write happens all the same, as when the flush after it failed.</param>
    public void FailNextWrite(Exception? failure = null, bool reachesDisk = false)
    {
        lock (_gate)
        {
            _nextWriteFailure = failure ?? new StorageException("An injected fault: the write failed.");
            _writeBeforeFailing = reachesDisk;
        }
    }

    /// <summary>Makes the next read fail, once.</summary>
    /// <param name="failure">What it fails with, or null for a <see cref="StorageException"/>.</param>
    public void FailNextRead(Exception? failure = null)
    {
        lock (_gate)
        {
            _nextReadFailure = failure ?? new StorageException("An injected fault: the read failed.");
        }
    }

    /// <summary>Makes appends wait, as on a disk that hangs, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets appends proceed.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _held?.SetResult();
            _held = null;
        }
    }

    /// <inheritdoc />
    public ValueTask<StoredLog> RecoverAsync(CancellationToken cancellationToken = default) =>
        _inner.RecoverAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask AppendAsync(ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
    {
        Appends++;
        await BeforeWriteAsync(
            () => _inner.AppendAsync(writes, cancellationToken), cancellationToken).ConfigureAwait(false);
        await _inner.AppendAsync(writes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ThrowIfFaulted();
            if (_nextReadFailure is { } failure)
            {
                _nextReadFailure = null;
                return ValueTask.FromException<ReadOnlyMemory<LogEntry>>(failure);
            }
        }

        return _inner.ReadAsync(firstIndex, lastIndex, maxBytes, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DropPrefixAsync(LogPosition through, CancellationToken cancellationToken = default)
    {
        await BeforeWriteAsync(
            () => _inner.DropPrefixAsync(through, cancellationToken), cancellationToken).ConfigureAwait(false);
        await _inner.DropPrefixAsync(through, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        Release();
        return _inner.DisposeAsync();
    }

    /// <summary>Waits while writes are held, then fails if that is what the test wants.</summary>
    private async ValueTask BeforeWriteAsync(Func<ValueTask> write, CancellationToken cancellationToken)
    {
        Task? held;
        lock (_gate)
        {
            held = _held?.Task;
        }

        if (held is not null)
        {
            await held.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        Exception? failure;
        bool writeFirst;
        lock (_gate)
        {
            ThrowIfFaulted();
            failure = _nextWriteFailure;
            writeFirst = _writeBeforeFailing;
            if (failure is null)
            {
                return;
            }

            _fault = new StorageException("The storage failed earlier, by an injected fault.", failure);
        }

        if (writeFirst)
        {
            await write().ConfigureAwait(false);
        }

        throw failure;
    }

    private void ThrowIfFaulted()
    {
        if (_fault is { } fault)
        {
            throw new StorageException(fault.Message, fault);
        }
    }
}
