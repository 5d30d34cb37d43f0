using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Reads a snapshot from a simulated disk.</summary>
internal sealed class SimulatedSnapshotReader(SimulatedSnapshot snapshot, bool trustsDamage) : ISnapshotReader
{
    /// <inheritdoc />
    public SnapshotDescriptor Descriptor => snapshot.Descriptor;

    /// <inheritdoc />
    public long Length => snapshot.Data.Length;

    /// <inheritdoc />
    public ValueTask<int> ReadAsync(
        long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (snapshot.IsUnreadable)
        {
            throw new StorageException(
                $"The snapshot at index {snapshot.Descriptor.Position.Index} is not a whole state.");
        }

        ReadOnlyMemory<byte> read = snapshot.Read(offset, destination.Length, trustsDamage);
        read.CopyTo(destination);
        return ValueTask.FromResult(read.Length);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
