using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>What a crash leaves at the end of the log is repaired, and never comes back.</summary>
public sealed class TornTailTests
{
    private const int LargeBytes = 40_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [Trait("Scenario", "37")]
    public async Task An_append_of_which_some_sectors_are_missing_is_dropped_and_nothing_else(int sectorsKept)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 5, bytes: 3_000);
        string file = TestLog.Segment(folder.Path);
        int record = TestLog.Records(file)[4] - LogGeometry.FasterHeaderBytes;
        int end = (int)LogGeometry.SectorStart(record + (sectorsKept * LogGeometry.SectorBytes));
        end = Math.Max(end, record);
        TestLog.Unwrite(file, end, (int)new FileInfo(file).Length - end);

        StoredLog recovered = await TestLog.RecoverAsync(folder.Path, bytes: 3_000);
        Assert.Equal(4UL, recovered.LastIndex);
        Assert.False(recovered.MayLackTail);
        await TestLog.FillAsync(folder.Path, 3, bytes: 3_000);
        Assert.Equal(7UL, (await TestLog.RecoverAsync(folder.Path, bytes: 3_000)).LastIndex);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Scenario", "37")]
    public async Task A_large_append_that_was_torn_anywhere_is_dropped_as_a_whole(int tornRecord)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 1, bytes: LargeBytes);
        string file = TestLog.Segment(folder.Path);
        List<int> records = TestLog.Records(file);
        Assert.Equal(3, records.Count);
        TestLog.Unwrite(file, (int)LogGeometry.SectorStart(records[tornRecord] + 1_000), LogGeometry.SectorBytes);

        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);
        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);
        byte[] repaired = File.ReadAllBytes(file);
        TestLog.Unwrite(file, (int)LogGeometry.FirstAddress, repaired.Length - (int)LogGeometry.FirstAddress);
        Assert.Equal(File.ReadAllBytes(file), repaired);
    }

    /// <summary>The first record of an append is torn, the rest of it is whole. After the repair the member writes
    /// another append of the same size at the same place, and loses power again before its second half is written: the
    /// disk holds a first half and a second half, each with valid checksums, of two different appends.</summary>
    [Fact]
    [Trait("Scenario", "37")]
    [Trait("Scenario", "39")]
    public async Task A_stale_page_after_a_torn_tail_does_not_continue_the_next_append()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 1, bytes: LargeBytes);
        string file = TestLog.Segment(folder.Path);
        List<int> records = TestLog.Records(file);
        byte[] stale = File.ReadAllBytes(file)[(records[1] - 4)..];
        TestLog.Unwrite(file, 0, LogGeometry.SectorBytes);
        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);

        FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        byte[] end = TestLog.ReadAll(TestLog.EndFile(folder.Path));
        await storage.Log.AppendAsync(TestLog.Write(1, term: 2, bytes: LargeBytes));
        await storage.AbandonAsync();
        File.WriteAllBytes(TestLog.EndFile(folder.Path), end);
        Assert.Equal(records, TestLog.Records(file));
        TestLog.Damage(file, records[1] - 4, stale);

        StoredLog recovered = await TestLog.RecoverAsync(folder.Path);
        Assert.Equal(0UL, recovered.LastIndex);
        Assert.True(recovered.MayLackTail);
    }

    [Fact]
    [Trait("Scenario", "37")]
    public async Task A_torn_tail_after_many_starts_keeps_what_each_of_them_wrote()
    {
        using var folder = new TemporaryFolder();
        ulong expected = 0;
        for (int start = 0; start < 12; start++)
        {
            await TestLog.FillAsync(folder.Path, 3);
            expected += 3;
            if (start % 3 == 1)
            {
                string file = Directory.EnumerateFiles(folder.Path, "log.0*").Order()
                    .Last(segment => TestLog.Records(segment).Count > 0);
                int record = TestLog.Records(file)[^1] - LogGeometry.FasterHeaderBytes;
                TestLog.Unwrite(file, record, (int)new FileInfo(file).Length - record);
                expected--;
            }

            Assert.Equal(expected, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
        }
    }

    [Fact]
    [Trait("Scenario", "37")]
    public async Task A_value_that_holds_the_bytes_of_a_log_is_not_taken_for_records()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 6);
        string file = TestLog.Segment(folder.Path);
        int end = TestLog.Records(file)[^1] + 200;
        byte[] logBytes = File.ReadAllBytes(file)[..end];

        FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        byte[] noted = TestLog.ReadAll(TestLog.EndFile(folder.Path));
        LogAppend[] write = [new LogAppend(new[] { new LogEntry(7, 1, LogEntryKind.Command, logBytes) }, default)];
        await storage.Log.AppendAsync(write);
        await storage.AbandonAsync();
        File.WriteAllBytes(TestLog.EndFile(folder.Path), noted);

        // Tear the record that carries the copy: what is left of it looks like records, whose numbers are all known.
        List<int> records = TestLog.Records(file);
        TestLog.Damage(file, records[6], [0, 0, 0, 0]);
        Assert.Equal(6UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
    }
}
