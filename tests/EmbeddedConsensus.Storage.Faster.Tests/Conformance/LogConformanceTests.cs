using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Storage.Faster.Tests;

public sealed class LogConformanceTests
{
    public static TheoryData<string> Checks => [.. LogStorageConformance.Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public Task The_log_conforms(string check) =>
        LogStorageConformance.Find(check).RunAsync(() => new FasterLogMedium());

    /// <summary>Small pages and files make every boundary common.</summary>
    [Theory]
    [MemberData(nameof(Checks))]
    public Task The_log_conforms_with_small_pages_and_files(string check) =>
        LogStorageConformance.Find(check).RunAsync(() => new FasterLogMedium(TestOptions.MakeSmall));
}
