using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using EmbeddedConsensus.Storage.Faster.Snapshots;

namespace EmbeddedConsensus.Storage.Faster;

/// <summary>
/// Durable snapshots: plain files beside the log, each a stream of chunks with checksums. Get it from
/// <see cref="FasterStorage.Open"/>.
/// </summary>
/// <remarks>A snapshot is written to a temporary file, flushed, renamed, and its folder flushed: after a crash it is
/// there as a whole or not at all. A damaged newest snapshot is an error and never silently replaced by an older one,
/// since the log between the two is gone.</remarks>
public sealed class FasterSnapshotStorage : ISnapshotStorage
{
    private readonly StorageDirectory _directory;
    private readonly Lock _gate = new();
    private long _writers;
    private int _disposed;

    /// <summary>Snapshots in a folder that is open.</summary>
    /// <param name="directory">The folder.</param>
    internal FasterSnapshotStorage(StorageDirectory directory) => _directory = directory.Share();

    /// <inheritdoc />
    public async ValueTask<ISnapshotWriter> CreateAsync(
        SnapshotDescriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        long number = Interlocked.Increment(ref _writers);
        string temporary = _directory.File(
            $"{StorageLayout.Snapshot(descriptor.Position.Index)}-{number}{StorageLayout.TemporarySuffix}");
        return await RunAsync<ISnapshotWriter>(
            () => new FasterSnapshotWriter(_directory, temporary, descriptor), "created", cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<ISnapshotReader?> OpenNewestAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return await RunAsync<ISnapshotReader?>(
            () =>
            {
                lock (_gate)
                {
                    List<ulong> snapshots = List();
                    return snapshots.Count == 0 ? null : FasterSnapshotReader.Open(_directory, snapshots.Max());
                }
            },
            "opened", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DeleteBelowAsync(ulong index, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await RunAsync(() => Delete(snapshot => snapshot < index), "deleted", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DeleteAsync(ulong index, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await RunAsync(() => Delete(snapshot => snapshot == index), "deleted", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _directory.Release();
        }

        return ValueTask.CompletedTask;
    }

    private int Delete(Func<ulong, bool> isChosen)
    {
        lock (_gate)
        {
            _directory.Verify();
            int deleted = 0;
            foreach (ulong snapshot in List().Where(isChosen))
            {
                // Readers have the file open and keep it until they close.
                File.Delete(_directory.File(StorageLayout.Snapshot(snapshot)));
                deleted++;
            }

            DurableFile.FlushDirectory(_directory.Path);
            return deleted;
        }
    }

    private List<ulong> List()
    {
        List<ulong> snapshots = [];
        foreach (string path in Directory.EnumerateFiles(_directory.Path))
        {
            if (StorageLayout.TryParseSnapshot(Path.GetFileName(path), out ulong index))
            {
                snapshots.Add(index);
            }
        }

        return snapshots;
    }

    private async ValueTask<T> RunAsync<T>(Func<T> action, string verb, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(action, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Describe(
                $"A snapshot in {_directory.Path} could not be {verb}", _directory.Path, exception);
        }
    }
}
