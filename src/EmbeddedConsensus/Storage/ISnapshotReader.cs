using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>A published snapshot that is open for reading. Calls may run beside each other.</summary>
[Experimental("ECS0001")]
public interface ISnapshotReader : IAsyncDisposable
{
    /// <summary>What the snapshot stands for.</summary>
    SnapshotDescriptor Descriptor { get; }

    /// <summary>The length of the snapshot, in bytes.</summary>
    long Length { get; }

    /// <summary>Reads bytes and checks them against their checksums.</summary>
    /// <param name="offset">Where to start.</param>
    /// <param name="destination">Filled as far as the snapshot goes.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The number of bytes read: less than asked for only at the end.</returns>
    /// <exception cref="StorageCorruptedException">The bytes are damaged.</exception>
    /// <exception cref="StorageException">The bytes cannot be read.</exception>
    ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default);
}
