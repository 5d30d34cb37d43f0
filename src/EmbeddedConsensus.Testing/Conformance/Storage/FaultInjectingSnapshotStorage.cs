using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>A snapshot storage whose next step of a kind fails when a test says so, over one that works.</summary>
public sealed class FaultInjectingSnapshotStorage : ISnapshotStorage
{
    private readonly ISnapshotStorage _inner;
    private readonly Dictionary<SnapshotStep, Exception> _failures = [];

    /// <summary>Wraps a storage.</summary>
    /// <param name="inner">The storage that works; disposed with this one.</param>
    public FaultInjectingSnapshotStorage(ISnapshotStorage inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
    }

    /// <summary>Makes the next step of a kind fail, once.</summary>
    /// <param name="step">The step.</param>
    /// <param name="failure">What it fails with, or null for a <see cref="StorageException"/>.</param>
    public void FailNext(SnapshotStep step, Exception? failure = null)
    {
        lock (_failures)
        {
            _failures[step] = failure ?? new StorageException($"An injected fault: the step {step} of a snapshot "
                + "failed.");
        }
    }

    /// <inheritdoc />
    public async ValueTask<ISnapshotWriter> CreateAsync(
        SnapshotDescriptor descriptor, CancellationToken cancellationToken = default)
    {
        Pass(SnapshotStep.Create);
        return new Writer(this, await _inner.CreateAsync(descriptor, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc />
    public async ValueTask<ISnapshotReader?> OpenNewestAsync(CancellationToken cancellationToken = default)
    {
        Pass(SnapshotStep.Open);
        ISnapshotReader? reader = await _inner.OpenNewestAsync(cancellationToken).ConfigureAwait(false);
        return reader is null ? null : new Reader(this, reader);
    }

    /// <inheritdoc />
    public ValueTask DeleteBelowAsync(ulong index, CancellationToken cancellationToken = default)
    {
        Pass(SnapshotStep.Delete);
        return _inner.DeleteBelowAsync(index, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DeleteAsync(ulong index, CancellationToken cancellationToken = default)
    {
        Pass(SnapshotStep.Delete);
        return _inner.DeleteAsync(index, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private void Pass(SnapshotStep step)
    {
        lock (_failures)
        {
            if (_failures.Remove(step, out Exception? failure))
            {
                throw failure;
            }
        }
    }

    private sealed class Writer(FaultInjectingSnapshotStorage owner, ISnapshotWriter inner) : ISnapshotWriter
    {
        public long Length => inner.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
        {
            owner.Pass(SnapshotStep.Write);
            return inner.WriteAsync(data, cancellationToken);
        }

        public ValueTask PublishAsync(CancellationToken cancellationToken = default)
        {
            owner.Pass(SnapshotStep.Publish);
            return inner.PublishAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Reader(FaultInjectingSnapshotStorage owner, ISnapshotReader inner) : ISnapshotReader
    {
        public SnapshotDescriptor Descriptor => inner.Descriptor;

        public long Length => inner.Length;

        public ValueTask<int> ReadAsync(
            long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            owner.Pass(SnapshotStep.Read);
            return inner.ReadAsync(offset, destination, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
