using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Damage to what had been acknowledged stops the start.</summary>
public sealed class DamageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Scenario", "37")]
    [Trait("Scenario", "39")]
    public async Task Damage_before_valid_records_names_file_and_offset_and_what_to_do(int record)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 5);
        string file = TestLog.Segment(folder.Path);
        int offset = TestLog.Records(file)[record];
        TestLog.Damage(file, offset + 80, [1, 2, 3]);

        StorageCorruptedException damage = await Assert.ThrowsAsync<StorageCorruptedException>(
            () => TestLog.RecoverAsync(folder.Path));
        Assert.Equal(file, damage.File);
        Assert.Equal(offset - 4, damage.Offset);
        Assert.Contains("IClusterManager.ReplaceMemberAsync", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task A_zeroed_sector_is_damage_and_does_not_open_as_an_empty_log()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 30);
        string file = TestLog.Segment(folder.Path);
        for (int sector = 0; sector < 8; sector++)
        {
            using TemporaryFolder copy = folder.Copy();
            TestLog.Damage(TestLog.Segment(copy.Path), sector * 512, new byte[512]);
            await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(copy.Path));
        }

        Assert.Equal(30UL, (await TestLog.RecoverAsync(folder.Path)).LastIndex);
        Assert.True(File.Exists(file));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task A_misdirected_write_is_damage()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 9, bytes: 500);
        string file = TestLog.Segment(folder.Path);
        List<int> records = TestLog.Records(file);
        byte[] bytes = File.ReadAllBytes(file);
        TestLog.Damage(file, records[3] - 4, bytes.AsSpan(records[5] - 4, records[6] - records[5]));
        await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(folder.Path));
    }

    /// <summary>A disk that loses a write shows what it held before: here a record of the same place and number, of an
    /// earlier life, whose own checksums are right.</summary>
    [Fact]
    [Trait("Scenario", "39")]
    public async Task A_stale_record_in_the_place_of_a_later_one_is_damage()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 3);
        using TemporaryFolder later = folder.Copy();
        await TestLog.FillAsync(folder.Path, 1);
        await TestLog.FillAsync(later.Path, 3);
        string file = TestLog.Segment(later.Path);
        List<int> records = TestLog.Records(file);
        int length = records[4] - records[3];
        byte[] stale = File.ReadAllBytes(TestLog.Segment(folder.Path));

        TestLog.Damage(file, records[3], stale.AsSpan(records[3], length));
        await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(later.Path));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task Damage_to_the_last_record_is_found_after_a_clean_stop()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 5, clean: true);
        string file = TestLog.Segment(folder.Path);
        TestLog.Damage(file, TestLog.Records(file)[4] + 70, [9]);
        await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(folder.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "39")]
    public async Task Where_the_log_ended_cannot_be_lost(bool damaged)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 5);
        string state = Path.Combine(folder.Path, StorageLayout.LogEnd);
        if (damaged)
        {
            TestLog.Damage(state, 17, [0xFF]);
            TestLog.Damage(state, (16 * 1024) + 17, [0xFF]);
        }
        else
        {
            File.Delete(state);
        }

        StorageCorruptedException damage = await Assert.ThrowsAsync<StorageCorruptedException>(
            () => TestLog.RecoverAsync(folder.Path));
        Assert.Equal(state, damage.File);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Trait("Scenario", "39")]
    public async Task A_missing_file_of_the_log_is_damage(int missing)
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 40, bytes: 10_000);
        Assert.True(File.Exists(TestLog.Segment(folder.Path, 2)));
        File.Delete(TestLog.Segment(folder.Path, missing));
        await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(folder.Path));
    }

    [Fact]
    [Trait("Scenario", "36")]
    public async Task Files_are_deleted_when_their_entries_are_dropped_and_a_rest_of_them_is_harmless()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 60, bytes: 10_000);
        using TemporaryFolder before = folder.Copy();
        await using (FasterStorage storage = TestLog.Open(folder.Path))
        {
            await storage.Log.RecoverAsync();
            await storage.Log.DropPrefixAsync(new LogPosition(55, 1));
        }

        Assert.False(File.Exists(TestLog.Segment(folder.Path, 0)));
        Assert.False(File.Exists(TestLog.Segment(folder.Path, 1)));

        // A crash before the deletions were durable may leave any of the files.
        File.Copy(TestLog.Segment(before.Path, 0), TestLog.Segment(folder.Path, 0));
        StoredLog recovered = await TestLog.RecoverAsync(folder.Path, bytes: 10_000);
        Assert.Equal(new LogPosition(55, 1), recovered.Start);
        Assert.Equal(60UL, recovered.LastIndex);
        Assert.False(File.Exists(TestLog.Segment(folder.Path, 0)));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task The_first_file_that_is_needed_cannot_go_missing_after_a_drop()
    {
        using var folder = new TemporaryFolder();
        await TestLog.FillAsync(folder.Path, 60, bytes: 10_000);
        await using (FasterStorage storage = TestLog.Open(folder.Path))
        {
            await storage.Log.RecoverAsync();
            await storage.Log.DropPrefixAsync(new LogPosition(30, 1));
        }

        int first = Enumerable.Range(0, 10).First(segment => File.Exists(TestLog.Segment(folder.Path, segment)));
        Assert.True(first > 0);
        File.Delete(TestLog.Segment(folder.Path, first));
        await Assert.ThrowsAsync<StorageCorruptedException>(() => TestLog.RecoverAsync(folder.Path, bytes: 10_000));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public async Task Damage_that_comes_while_the_log_is_open_is_found_by_the_read()
    {
        using var folder = new TemporaryFolder();
        await using FasterStorage storage = TestLog.Open(folder.Path);
        await storage.Log.RecoverAsync();
        await storage.Log.AppendAsync(TestLog.Write(1, bytes: 5_000));
        await storage.Log.AppendAsync(TestLog.Write(2, bytes: 5_000));
        string file = TestLog.Segment(folder.Path);
        TestLog.Damage(file, TestLog.Records(file)[0] + 3_000, [1, 2, 3, 4]);
        StorageCorruptedException damage = await Assert.ThrowsAsync<StorageCorruptedException>(
            async () => await storage.Log.ReadAsync(1, 2, long.MaxValue));
        Assert.Equal(file, damage.File);
    }

    /// <summary>Random damage to a random byte, sector or tail: what was acknowledged is all there, or the start is
    /// refused, or the member knows that its end may be missing.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [Trait("Scenario", "37")]
    [Trait("Scenario", "39")]
    public async Task Random_damage_never_loses_an_acknowledged_append_silently(int seed, bool clean)
    {
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        const ulong Count = 40;
        await TestLog.FillAsync(folder.Path, (int)Count / 2, bytes: 5_000);
        await TestLog.FillAsync(folder.Path, (int)Count / 2, clean, bytes: 5_000);
        int refused = 0;
        for (int i = 0; i < 40; i++)
        {
            using TemporaryFolder copy = folder.Copy();
            string file = TestLog.Segment(copy.Path, random.Next(2));
            int length = (int)new FileInfo(file).Length;
            int offset = random.Next(length);
            DamageRandomly(random, file, offset, length);
            try
            {
                StoredLog recovered = await TestLog.RecoverAsync(copy.Path, bytes: 5_000);
                Assert.True(recovered.LastIndex == Count || (recovered.MayLackTail && !clean));
            }
            catch (StorageCorruptedException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 10, 40);
    }

    private static void DamageRandomly(Random random, string file, int offset, int length)
    {
        switch (random.Next(3))
        {
            case 0:
                byte[] bytes = File.ReadAllBytes(file);
                TestLog.Damage(file, offset, (byte)(bytes[offset] ^ (1 << random.Next(8))));
                break;
            case 1:
                TestLog.Damage(file, offset / 512 * 512, new byte[Math.Min(512, length - (offset / 512 * 512))]);
                break;
            default:
                using (FileStream stream = File.OpenWrite(file))
                {
                    stream.SetLength(offset);
                }

                break;
        }
    }
}
