using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>Collects the bytes of a snapshot until it is published.</summary>
internal sealed class InMemorySnapshotWriter(InMemorySnapshotStorage storage, SnapshotDescriptor descriptor)
    : ISnapshotWriter
{
    private readonly List<byte[]> _blocks = [];
    private bool _closed;

    /// <inheritdoc />
    public long Length { get; private set; }

    /// <inheritdoc />
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, ISnapshotWriter.MaxWriteBytes, nameof(data));
        ReadOnlySpan<byte> rest = data.Span;
        while (!rest.IsEmpty)
        {
            int at = (int)(Length % InMemorySnapshot.BlockBytes);
            if (at == 0)
            {
                _blocks.Add(new byte[InMemorySnapshot.BlockBytes]);
            }

            int count = Math.Min(rest.Length, InMemorySnapshot.BlockBytes - at);
            rest[..count].CopyTo(_blocks[^1].AsSpan(at));
            rest = rest[count..];
            Length += count;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask PublishAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed, this);
        _closed = true;
        storage.Publish(new InMemorySnapshot(descriptor, _blocks, Length));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _closed = true;
        return ValueTask.CompletedTask;
    }
}
