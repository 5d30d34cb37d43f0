using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Tests.Storage;

internal sealed class InMemorySnapshotMedium : SnapshotStorageMedium
{
    private readonly InMemoryDisk _disk = new();

    public override bool CanCrash => true;

    public override ISnapshotStorage Open() => new InMemorySnapshotStorage(_disk);

    public override ValueTask CrashAsync()
    {
        _disk.Crash();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask DisposeAsyncCore() => ValueTask.CompletedTask;
}
