using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Tests.Storage;

internal sealed class InMemoryLogMedium : LogStorageMedium
{
    private readonly InMemoryDisk _disk = new();

    public override bool CanCrash => true;

    public override ILogStorage Open() => new InMemoryLogStorage(_disk);

    public override ValueTask CrashAsync()
    {
        _disk.Crash();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask DisposeAsyncCore() => ValueTask.CompletedTask;
}
