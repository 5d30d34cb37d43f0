using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Damage to the end of the log of a member that was killed. What was acknowledged may be gone, so the start
/// is refused; or, where nothing beside the log says how long it was, the member knows that it may lack something.
/// </summary>
[Trait("Case", "T6")]
public sealed class LostTailTests
{
    private const int Appends = 8;
    private const int Bytes = 700;

    public static TheoryData<string, bool> Damages
    {
        get
        {
            TheoryData<string, bool> all = [];
            foreach (string damage in (string[])["cut at a record", "cut in a record", "cut all", "zero from a record",
                "zero from inside a record", "flip a bit of the last record", "delete the log's files"])
            {
                all.Add(damage, true);
                all.Add(damage, false);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task No_damage_to_the_end_of_a_killed_members_log_passes_for_its_end(string damage, bool isEndNoted)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, Appends, bytes: Bytes, isEndNoted: isEndNoted);
        Strike(folder.Path, damage);
        if (isEndNoted)
        {
            await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(folder.Path));
            return;
        }

        StoredLog recovered = await TestLog.RecoverAsync(folder.Path, bytes: Bytes);
        Assert.True(recovered.LastIndex < Appends);
        Assert.True(recovered.MayLackTail);

        // The repair makes the log look whole. The doubt stays until consensus has noted it.
        Assert.True((await TestLog.RecoverAsync(folder.Path, bytes: Bytes)).MayLackTail);
        await TestLog.FillAsync(folder.Path, 1, bytes: Bytes, isEndNoted: true);
        Assert.False((await TestLog.RecoverAsync(folder.Path, bytes: Bytes)).MayLackTail);
    }

    [Fact]
    public async Task The_doubt_outlives_a_kill_after_the_repair()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, Appends, bytes: Bytes, isEndNoted: false);
        Strike(folder.Path, "cut in a record");
        FasterStorage repaired = TestLog.Open(folder.Path);
        Assert.True((await repaired.Log.RecoverAsync()).MayLackTail);
        await repaired.AbandonAsync();

        Assert.True((await TestLog.RecoverAsync(folder.Path, bytes: Bytes)).MayLackTail);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(700)]
    public async Task A_killed_members_intact_log_is_proven_wherever_it_ends(int appends)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, appends, bytes: 321);
        StoredLog recovered = await TestLog.RecoverAsync(folder.Path, bytes: 321);
        Assert.Equal((ulong)appends, recovered.LastIndex);
        Assert.False(recovered.MayLackTail);
    }

    /// <summary>Every end on a page and around it: the next record may lie on the next page, or in the next file.
    /// </summary>
    [Fact]
    public async Task The_end_is_proven_after_each_append_of_two_files()
    {
        using var folder = new TemporaryFolder();
        FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        byte[] end = TestLog.ReadAll(TestLog.EndFile(folder.Path));
        ulong last = 0;
        while (TestLog.Segments(folder.Path).Count < 4)
        {
            await storage.Log.AppendAsync(TestLog.Write(++last, bytes: 2_500));
            using TemporaryFolder copy = folder.Copy();
            File.WriteAllBytes(TestLog.EndFile(copy.Path), end);
            StoredLog recovered = await TestLog.RecoverAsync(copy.Path, bytes: 2_500);
            Assert.Equal(last, recovered.LastIndex);
            Assert.False(recovered.MayLackTail);
        }

        await storage.DisposeAsync();
    }

    [Theory]
    [Trait("Case", "T7")]
    [InlineData("log.*")]
    [InlineData("log.0*")]
    public async Task Without_its_log_a_folder_is_refused(string files)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, Appends, bytes: Bytes, isEndNoted: true);
        foreach (string file in Directory.EnumerateFiles(folder.Path, files).ToArray())
        {
            File.Delete(file);
        }

        StorageCorruptedException damage =
            await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(folder.Path));
        Assert.Contains("ReplaceMemberAsync", damage.Message, StringComparison.Ordinal);
    }

    /// <summary>A vote is on the disk twice before it counts: damage to the log never makes a member forget one.
    /// </summary>
    [Fact]
    public async Task A_vote_is_noted_beside_the_log_before_it_counts()
    {
        using var folder = new TemporaryFolder();
        FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        LogAppend[] vote = [new(default, TestLog.HardState(3, 0)) { HasVote = true }];
        await storage.Log.AppendAsync(vote);
        byte[] noted = TestLog.ReadAll(TestLog.EndFile(folder.Path));
        await storage.AbandonAsync();
        File.WriteAllBytes(TestLog.EndFile(folder.Path), noted);
        string file = TestLog.Segment(folder.Path);
        int record = TestLog.Records(file)[0] - LogGeometry.FasterHeaderBytes;
        TestLog.Unwrite(file, record, (int)new FileInfo(file).Length - record);
        await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(folder.Path));
    }

    private static void Strike(string folder, string damage)
    {
        string file = TestLog.Segment(folder);
        int last = TestLog.Records(file)[^1] - LogGeometry.FasterHeaderBytes;
        int length = (int)new FileInfo(file).Length;
        switch (damage)
        {
            case "cut at a record":
                Cut(file, last);
                break;
            case "cut in a record":
                Cut(file, last + 333);
                break;
            case "cut all":
                Cut(file, 0);
                break;
            case "zero from a record":
                TestLog.Damage(file, last, new byte[length - last]);
                break;
            case "zero from inside a record":
                TestLog.Damage(file, last + 100, new byte[length - last - 100]);
                break;
            case "flip a bit of the last record":
                TestLog.Damage(file, last + 90, (byte)(File.ReadAllBytes(file)[last + 90] ^ 4));
                break;
            default:
                TestLog.Segments(folder).ForEach(File.Delete);
                break;
        }
    }

    private static void Cut(string file, int length)
    {
        using FileStream stream = File.OpenWrite(file);
        stream.SetLength(length);
    }
}
