using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Storage;

/// <summary>A snapshot that is being written. Disposing it unpublished throws it away.</summary>
[Experimental("ECS0001")]
public interface ISnapshotWriter : IAsyncDisposable
{
    /// <summary>The most bytes that one <see cref="WriteAsync"/> takes: 1 MiB.</summary>
    const int MaxWriteBytes = 1024 * 1024;

    /// <summary>The bytes written so far.</summary>
    long Length { get; }

    /// <summary>Appends bytes. They need not be durable before <see cref="PublishAsync"/>.</summary>
    /// <param name="data">The bytes; at most <see cref="MaxWriteBytes"/> at a time.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StorageException">The bytes cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The attempt was ended. How many of the bytes were taken is unknown:
    /// dispose the writer.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Makes the snapshot durable and visible in one atomic step.</summary>
    /// <param name="cancellationToken">Abandons the wait.</param>
    /// <exception cref="StorageException">The snapshot may or may not have become visible.</exception>
    /// <exception cref="OperationCanceledException">The same, unless the token was cancelled before the call: then it
    /// has not.</exception>
    ValueTask PublishAsync(CancellationToken cancellationToken = default);
}
