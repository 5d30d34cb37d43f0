using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Storage.Faster.Tests;

public sealed class SnapshotConformanceTests
{
    public static TheoryData<string> Checks => [.. SnapshotStorageConformance.Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public Task The_snapshots_conform(string check) =>
        SnapshotStorageConformance.Find(check).RunAsync(() => new FasterSnapshotMedium());
}
