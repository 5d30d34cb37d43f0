using System.Globalization;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Two real processes and one folder.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task A_second_process_is_kept_out_until_the_first_is_gone()
    {
        using var folder = new TemporaryFolder();
        using var child = new ChildProcess(folder.Path, appends: 3);
        Assert.Equal("open 0", await child.ReadLineAsync());
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal($"{i}", await child.ReadLineAsync());
        }

        Assert.Throws<StorageInUseException>(() => TestLog.Open(folder.Path));
        await child.KillAsync();
        Assert.Equal(3UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
    }

    [Fact]
    [Trait("Scenario", "35")]
    public async Task What_a_killed_process_acknowledged_is_there()
    {
        using var folder = new TemporaryFolder();
        ulong acknowledged = 0;
        for (int round = 0; round < 3; round++)
        {
            using var child = new ChildProcess(folder.Path, appends: 1_000_000);
            string? open = await child.ReadLineAsync();
            Assert.NotNull(open);
            ulong recovered = ulong.Parse(open["open ".Length..], CultureInfo.InvariantCulture);
            Assert.InRange(recovered, acknowledged, acknowledged + 1);
            for (int i = 0; i < 50 + (70 * round); i++)
            {
                acknowledged = ulong.Parse((await child.ReadLineAsync())!, CultureInfo.InvariantCulture);
            }

            foreach (string line in await child.KillAsync())
            {
                // The last line may be cut off.
                acknowledged = ulong.TryParse(line, CultureInfo.InvariantCulture, out ulong index)
                    ? Math.Max(acknowledged, index)
                    : acknowledged;
            }
        }

        Assert.InRange((await TestLog.RecoverAsync(folder.Path)).LastIndex, acknowledged, acknowledged + 1);
    }

    /// <summary>Neither FASTER nor .NET makes the name of a new file durable.</summary>
    [Fact]
    [Trait("Scenario", "40")]
    public async Task New_files_are_flushed_with_the_folder_that_names_them()
    {
        Assert.SkipUnless(InstalledTools.Has("strace"), "strace is not installed.");
        using var folder = new TemporaryFolder();
        string trace = folder.Path + ".trace";
        using (var child = new ChildProcess(
            folder.Path, appends: 2, "strace", "-f", "-y", "-qq",
            "-e", "trace=fsync,fdatasync,openat,rename,renameat,renameat2", "-o", trace))
        {
            while (await child.ReadLineAsync() != "2")
            {
            }

            await child.FinishAsync();
        }

        string[] calls = await File.ReadAllLinesAsync(trace);
        string segment = TestLog.Segment(folder.Path);
        int created = Array.FindIndex(
            calls,
            call => call.Contains(segment, StringComparison.Ordinal)
                && call.Contains("O_CREAT", StringComparison.Ordinal));
        Assert.True(created >= 0);
        int named = Array.FindIndex(
            calls, created, call => call.Contains("fsync(", StringComparison.Ordinal)
                && call.Contains($"<{folder.Path}>", StringComparison.Ordinal));
        Assert.True(named > created);
        int flushed = Array.FindIndex(
            calls, named, call => call.Contains("fdatasync(", StringComparison.Ordinal)
                && call.Contains($"<{segment}>", StringComparison.Ordinal));
        Assert.True(flushed > named);
        int published = Array.FindIndex(
            calls, call => call.Contains("rename", StringComparison.Ordinal)
                && call.Contains(TestLog.Snapshot(folder.Path, 2), StringComparison.Ordinal));
        Assert.True(published > flushed);
        Assert.Contains(calls.Skip(published), call => call.Contains("fsync(", StringComparison.Ordinal)
            && call.Contains($"<{folder.Path}>", StringComparison.Ordinal));
    }
}
