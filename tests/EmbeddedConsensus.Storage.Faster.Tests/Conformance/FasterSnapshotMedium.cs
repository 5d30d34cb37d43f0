using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A folder that snapshot storages open one after another.</summary>
internal sealed class FasterSnapshotMedium : SnapshotStorageMedium
{
    private readonly TemporaryFolder _folder = new();
    private FasterStorage? _open;

    public override ISnapshotStorage Open()
    {
        _open = FasterStorage.Open(new FasterStorageOptions { Directory = _folder.Path });
        _open.Log.DisposeAsync().AsTask().Wait();
        return _open.Snapshots;
    }

    public override bool CanCrash => true;

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
