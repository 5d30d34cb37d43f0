using EmbeddedConsensus.Storage.Faster.Files;
using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster;

/// <summary>One member's folder, with its log and its snapshots. Nobody else can open the folder meanwhile.</summary>
public sealed class FasterStorage : IAsyncDisposable
{
    private readonly StorageDirectory _directory;

    private FasterStorage(StorageDirectory directory, FasterLogStorage log, FasterSnapshotStorage snapshots)
    {
        _directory = directory;
        Log = log;
        Snapshots = snapshots;
    }

    /// <summary>The log.</summary>
    public FasterLogStorage Log { get; }

    /// <summary>The snapshots.</summary>
    public FasterSnapshotStorage Snapshots { get; }

    /// <summary>Opens a member's folder, creates it when it is missing, and removes what a crash left unfinished. The
    /// log is read by <see cref="FasterLogStorage.RecoverAsync"/>.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The storage. The folder is free again when both <see cref="Log"/> and <see cref="Snapshots"/> are
    /// disposed, by themselves or through this object, and no write hangs in the disk any more.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="StorageInUseException">The folder is open already, here or in another process.</exception>
    /// <exception cref="StorageException">The folder belongs to something else, or cannot be used.</exception>
    public static FasterStorage Open(FasterStorageOptions options) =>
        OpenOver(options, static files => files);

    /// <summary>Opens a member's folder with faults put between the log and its files.</summary>
    /// <param name="options">The options.</param>
    /// <param name="wrap">Wraps the files of the log.</param>
    internal static FasterStorage OpenOver(FasterStorageOptions options, Func<ISegmentFiles, ISegmentFiles> wrap)
    {
        ArgumentNullException.ThrowIfNull(options);
        FasterStorageOptionsValidator.ThrowIfInvalid(options);
        StorageDirectory directory = StorageDirectory.Open(
            options.Directory, new LogGeometry(options.PageBytes, options.SegmentBytes));
        var files = new SegmentFiles(directory);
        return new FasterStorage(
            directory, new FasterLogStorage(options, directory, wrap(files)), new FasterSnapshotStorage(directory));
    }

    /// <summary>Closes log and snapshots. A second time does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await Snapshots.DisposeAsync().ConfigureAwait(false);
        await Log.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends as the end of the process would: nothing is written any more. For tests.</summary>
    internal async ValueTask AbandonAsync()
    {
        Log.Abandon();
        await Snapshots.DisposeAsync().ConfigureAwait(false);
        _directory.Abandon();
    }
}
