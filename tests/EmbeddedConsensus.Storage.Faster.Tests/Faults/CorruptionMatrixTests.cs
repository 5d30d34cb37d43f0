using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using EmbeddedConsensus.Storage.Faster.Log;
using EmbeddedConsensus.Tests;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Each kind of file, damaged in each way after each kind of stop: what a member makes of it, and that
/// docs/durability.md says so.</summary>
[Trait("Case", "T6")]
public sealed class CorruptionMatrixTests
{
    private const int Bytes = 700;
    private const int Columns = 5;
    private const ulong Dropped = 6;
    private const ulong Noted = 9;
    private const ulong Last = 14;
    private const string Whole = "whole";
    private const string InDoubt = "in doubt";
    private const string Refused = "refused";

    private static readonly string[] Stops = ["clean stop", "kill -9", "power loss"];
    private static readonly string[] Damages =
        ["bit flip", "zeroed", "cut", "deleted", "older copy", "swapped sectors"];

    private static readonly (string Name, Func<string, string> Path)[] Kinds =
    [
        ("log file", folder => TestLog.Segment(folder)),
        ("`log.end`", TestLog.EndFile),
        ("`format`", folder => Path.Combine(folder, StorageLayout.Format)),
        ("snapshot", folder => TestLog.Snapshot(folder, Dropped)),
        ("`lock`", folder => Path.Combine(folder, StorageLayout.Lock)),
    ];

    [Fact]
    public async Task No_cell_starts_without_what_was_acknowledged_and_the_page_shows_each()
    {
        List<string> rows = [];
        foreach ((string kind, Func<string, string> path) in Kinds)
        {
            foreach (string damage in Damages)
            {
                List<string> outcomes = [];
                foreach (string stop in Stops)
                {
                    outcomes.Add(await OutcomeAsync(path, damage, stop));
                }

                rows.Add($"| {kind} | {damage} | {string.Join(" | ", outcomes)} |");
            }
        }

        string page = await File.ReadAllTextAsync(
            Path.Combine(RepositoryRoot.Path, "docs", "durability.md"));
        string[] shown =
        [
            .. page.Split('\n').Where(line => line.Count(c => c == '|') == Columns + 1
                && Kinds.Any(kind => line.StartsWith($"| {kind.Name} |", StringComparison.Ordinal))),
        ];
        Assert.Equal(rows, shown);
    }

    private static async Task<string> OutcomeAsync(Func<string, string> path, string damage, string stop)
    {
        using var folder = new TemporaryFolder();
        byte[] older = await FillAsync(folder.Path, path, stop);
        Strike(path(folder.Path), damage, older);
        try
        {
            await using FasterStorage storage = TestLog.Open(folder.Path);
            StoredLog recovered = await storage.Log.RecoverAsync();
            ISnapshotReader? snapshot = await storage.Snapshots.OpenNewestAsync();
            await using ISnapshotReader? closing = snapshot;
            if (snapshot is not null)
            {
                await snapshot.ReadAsync(0, new byte[snapshot.Length]);
            }

            if (recovered.Start.Index > (snapshot?.Descriptor.Position.Index ?? 0))
            {
                return Refused;
            }

            Assert.True(recovered.MayLackTail || recovered.LastIndex == Last, $"{damage} after {stop} loses writes.");
            await storage.Log.ReadAsync(recovered.Start.Index + 1, recovered.LastIndex, long.MaxValue);
            return recovered.MayLackTail ? InDoubt : Whole;
        }
        catch (StorageException)
        {
            return Refused;
        }
    }

    /// <summary>Writes a folder with a snapshot, a dropped prefix and acknowledged writes after it, and
    /// stops.</summary>
    /// <returns>The file as it was before the end of the log was noted last.</returns>
    private static async Task<byte[]> FillAsync(string folder, Func<string, string> path, string stop)
    {
        FasterStorage storage = TestLog.Open(folder);
        await storage.Log.RecoverAsync();
        for (ulong index = 1; index <= Dropped; index++)
        {
            await storage.Log.AppendAsync(TestLog.Write(index, bytes: Bytes));
        }

        await using (ISnapshotWriter writer = await storage.Snapshots.CreateAsync(
            new SnapshotDescriptor(new LogPosition(Dropped, 1), default)))
        {
            byte[] state = new byte[3_000];
            new Random(1).NextBytes(state);
            await writer.WriteAsync(state);
            await writer.PublishAsync();
        }

        await storage.Log.DropPrefixAsync(new LogPosition(Dropped, 1));
        await storage.Log.EndNotedAsync();

        // The lock is empty, and nothing else can read it now.
        byte[] older = Path.GetFileName(path(folder)) == StorageLayout.Lock ? [] : TestLog.ReadAll(path(folder));
        byte[] end = [];
        for (ulong index = Dropped + 1; index <= Last; index++)
        {
            await storage.Log.AppendAsync(TestLog.Write(index, bytes: Bytes));
            if (index == Noted)
            {
                await storage.Log.EndNotedAsync();
                end = TestLog.ReadAll(TestLog.EndFile(folder));
            }
        }

        if (stop == "power loss")
        {
            // One more append was on its way: of its sectors the first is there.
            await storage.Log.AppendAsync(TestLog.Write(Last + 1, bytes: 3_000));
        }

        if (stop == "clean stop")
        {
            await storage.DisposeAsync();
            return older;
        }

        await storage.AbandonAsync();
        File.WriteAllBytes(TestLog.EndFile(folder), end);
        if (stop == "power loss")
        {
            string file = TestLog.Segment(folder);
            int start = (int)LogGeometry.SectorStart(TestLog.Records(file)[^1] + LogGeometry.SectorBytes);
            TestLog.Unwrite(file, start, (int)new FileInfo(file).Length - start);
        }

        return older;
    }

    private static void Strike(string file, string damage, byte[] older)
    {
        byte[] bytes = TestLog.ReadAll(file);
        int middle = MiddleOf(file, bytes);
        switch (damage)
        {
            case "bit flip" when bytes.Length > 0:
                bytes[middle] ^= 8;
                break;
            case "zeroed":
                bytes.AsSpan(middle).Clear();
                break;
            case "cut":
                bytes = bytes[..middle];
                break;
            case "deleted":
                File.Delete(file);
                return;
            case "older copy":
                bytes = older;
                break;
            case "swapped sectors" when bytes.Length >= 2 * LogGeometry.SectorBytes:
                int sector = Math.Min(
                    (int)LogGeometry.SectorStart(middle), bytes.Length - (2 * LogGeometry.SectorBytes));
                byte[] first = bytes[sector..(sector + LogGeometry.SectorBytes)];
                bytes.AsSpan(sector + LogGeometry.SectorBytes, LogGeometry.SectorBytes).CopyTo(bytes.AsSpan(sector));
                first.CopyTo(bytes, sector + LogGeometry.SectorBytes);
                break;
        }

        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Of a log the middle of the last acknowledged record, of its end file a slot; else the file's
    /// own.</summary>
    private static int MiddleOf(string file, byte[] bytes) =>
        StorageLayout.TryParseSegment(Path.GetFileName(file), out _)
            ? TestLog.Records(file)[Array.FindLastIndex(
                [.. TestLog.Records(file)], at => BitConverter.ToInt32(bytes, at + 8) < 1_000)] + 100
            : Path.GetFileName(file) == StorageLayout.LogEnd ? 20 : bytes.Length / 2;
}
