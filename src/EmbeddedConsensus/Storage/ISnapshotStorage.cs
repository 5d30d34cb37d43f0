using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>
/// Where a replica keeps its snapshots: each a stream of bytes with its <see cref="SnapshotDescriptor"/>. An
/// implementation passes the conformance suite <c>SnapshotStorageConformance</c> of EmbeddedConsensus.Testing.
/// </summary>
/// <remarks>Writers and readers may be open at the same time. What a crash leaves of an unpublished snapshot is
/// removed at the next start.</remarks>
[Experimental("ECS0001")]
public interface ISnapshotStorage : IAsyncDisposable
{
    /// <summary>Begins a snapshot. It is invisible until it is published.</summary>
    /// <param name="descriptor">What the snapshot stands for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StorageException">The snapshot cannot be created.</exception>
    ValueTask<ISnapshotWriter> CreateAsync(
        SnapshotDescriptor descriptor, CancellationToken cancellationToken = default);

    /// <summary>Opens the newest published snapshot; null when there is none.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StorageCorruptedException">The newest snapshot is damaged.</exception>
    /// <exception cref="StorageException">The snapshot cannot be opened.</exception>
    ValueTask<ISnapshotReader?> OpenNewestAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes every published snapshot below an index. One that is being read is deleted when its reader
    /// closes.</summary>
    /// <param name="index">The index of the oldest snapshot to keep.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask DeleteBelowAsync(ulong index, CancellationToken cancellationToken = default);

    /// <summary>Deletes one published snapshot, if there is one at the index: one that came from another member and
    /// turns out to be unreadable here. The one before it is the newest then.</summary>
    /// <param name="index">The index that it reaches to.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StorageException">The snapshot cannot be deleted.</exception>
    ValueTask DeleteAsync(ulong index, CancellationToken cancellationToken = default);
}
