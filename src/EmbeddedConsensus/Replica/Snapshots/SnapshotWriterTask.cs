using System.Buffers;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Writes this replica's own snapshots to its storage, beside its other work.</summary>
internal static class SnapshotWriterTask
{
    private const int ChunkBytes = 256 << 10;

    /// <summary>Writes a pinned state and publishes it; older snapshots are deleted.</summary>
    /// <param name="state">The state; disposed here.</param>
    /// <param name="configuration">The membership as of the last entry that is in the state.</param>
    /// <param name="storage">Where to write it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The length of the snapshot, in bytes.</returns>
    /// <exception cref="StorageException">The snapshot cannot be written.</exception>
    public static async Task<long> WriteAsync(
        StateSnapshot state, ClusterConfiguration configuration, ISnapshotStorage storage,
        CancellationToken cancellationToken)
    {
        using (state)
        {
            SnapshotDescriptor descriptor = SnapshotMetadataCodec.Encode(
                new SnapshotMetadata(state.Position, configuration));
            ISnapshotWriter writer = await storage.CreateAsync(descriptor, cancellationToken).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                ArrayBufferWriter<byte> chunk = new(ChunkBytes);
                bool more;
                do
                {
                    more = state.WriteNext(chunk, ChunkBytes);
                    await WriteInLimitsAsync(writer, chunk.WrittenMemory, cancellationToken).ConfigureAwait(false);
                    chunk.ResetWrittenCount();
                }
                while (more);

                await writer.PublishAsync(cancellationToken).ConfigureAwait(false);
                await storage.DeleteBelowAsync(state.Position.Index, cancellationToken).ConfigureAwait(false);
                return writer.Length;
            }
        }
    }

    // A single large record makes a chunk longer than the storage accepts.
    private static async ValueTask WriteInLimitsAsync(
        ISnapshotWriter writer, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        for (ReadOnlyMemory<byte> rest = chunk; !rest.IsEmpty;)
        {
            ReadOnlyMemory<byte> next = rest[..Math.Min(ChunkBytes, rest.Length)];
            await writer.WriteAsync(next, cancellationToken).ConfigureAwait(false);
            rest = rest[next.Length..];
        }
    }
}
