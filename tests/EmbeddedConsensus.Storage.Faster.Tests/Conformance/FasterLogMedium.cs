using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A folder that log storages open one after another.</summary>
internal sealed class FasterLogMedium(Action<FasterStorageOptions>? configure = null) : LogStorageMedium
{
    private readonly TemporaryFolder _folder = new();
    private FasterStorage? _open;

    public override bool CanCrash => true;

    public override ILogStorage Open()
    {
        var options = new FasterStorageOptions { Directory = _folder.Path };
        configure?.Invoke(options);
        _open = FasterStorage.Open(options);

        // A check knows the log alone; the folder is free when both are closed.
        _open.Snapshots.DisposeAsync().AsTask().Wait();
        return _open.Log;
    }

    public override async ValueTask CrashAsync() => await _open!.AbandonAsync();

    protected override async ValueTask DisposeAsyncCore()
    {
        if (_open is not null)
        {
            await _open.DisposeAsync();
        }

        _folder.Dispose();
    }
}
