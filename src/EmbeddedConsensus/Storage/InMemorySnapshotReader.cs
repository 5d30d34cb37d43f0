using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>Reads a snapshot in memory; deleting the snapshot does not disturb it.</summary>
internal sealed class InMemorySnapshotReader(InMemorySnapshot snapshot) : ISnapshotReader
{
    private volatile bool _disposed;

    /// <inheritdoc />
    public SnapshotDescriptor Descriptor => snapshot.Descriptor;

    /// <inheritdoc />
    public long Length => snapshot.Length;

    /// <inheritdoc />
    public ValueTask<int> ReadAsync(
        long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int total = (int)Math.Max(0, Math.Min(destination.Length, snapshot.Length - offset));
        Memory<byte> rest = destination[..total];
        while (!rest.IsEmpty)
        {
            byte[] block = snapshot.Blocks[(int)(offset / InMemorySnapshot.BlockBytes)];
            int at = (int)(offset % InMemorySnapshot.BlockBytes);
            int count = Math.Min(rest.Length, InMemorySnapshot.BlockBytes - at);
            block.AsSpan(at, count).CopyTo(rest.Span);
            rest = rest[count..];
            offset += count;
        }

        return ValueTask.FromResult(total);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }
}
