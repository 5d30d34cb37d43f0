using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Reads a snapshot from memory.</summary>
internal sealed class SimulatedSnapshotReader(SimulatedSnapshot snapshot) : ISnapshotReader
{
    /// <inheritdoc />
    public SnapshotMetadata Metadata => snapshot.Metadata;

    /// <inheritdoc />
    public long Length => snapshot.Data.Length;

    /// <inheritdoc />
    public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        int from = (int)Math.Min(offset, snapshot.Data.Length);
        int length = Math.Min(destination.Length, snapshot.Data.Length - from);
        snapshot.Data.Slice(from, length).CopyTo(destination);
        return ValueTask.FromResult(length);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
