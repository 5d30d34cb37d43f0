using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>What a crash leaves at the end of the log is repaired, and never comes back.</summary>
public sealed class TornTailTests
{
    private const int LargeBytes = 40_000;

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(55)]
    [InlineData(60)]
    [InlineData(120)]
    [Trait("Scenario", "37")]
    public async Task A_log_cut_off_within_its_last_record_loses_that_record_alone(int keptBytes)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 5);
        string file = TestLog.Segment(folder.Path);
        int end = TestLog.Records(file)[4] + keptBytes;
        using (FileStream stream = File.OpenWrite(file))
        {
            stream.SetLength(end);
        }

        Assert.Equal(4UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
        await TestLog.FillAsync(folder.Path, 3);
        Assert.Equal(7UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
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
        TestLog.Damage(file, records[tornRecord] + 1_000, new byte[512]);

        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);
        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);
        Assert.True(File.ReadAllBytes(file).AsSpan().IndexOfAnyExcept((byte)0) < 0);
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
        TestLog.Damage(file, records[0], new byte[512]);
        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);

        FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1, term: 2, bytes: LargeBytes));
        await storage.AbandonAsync();
        Assert.Equal(records, TestLog.Records(file));
        TestLog.Damage(file, records[1] - 4, stale);

        Assert.True((await TestLog.RecoverAsync(folder.Path)).IsEmpty);
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
                string file = TestLog.Segment(
                    folder.Path, Directory.EnumerateFiles(folder.Path, "log.0*").Count() - 1);
                List<int> records = TestLog.Records(file);
                TestLog.Damage(file, records[^1] + 70, [1, 2, 3]);
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
        LogAppend[] write = [new LogAppend(new[] { new LogEntry(7, 1, LogEntryKind.Command, logBytes) }, default)];
        await storage.Log.AppendAsync(write);
        await storage.AbandonAsync();

        // Tear the record that carries the copy: what is left of it looks like records, whose numbers are all known.
        List<int> records = TestLog.Records(file);
        TestLog.Damage(file, records[6], [0, 0, 0, 0]);
        Assert.Equal(6UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
    }
}
