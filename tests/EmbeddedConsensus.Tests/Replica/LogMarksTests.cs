using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A replica keeps a tail of its log by size.</summary>
[Trait("Case", "P3")]
public sealed class LogMarksTests
{
    [Theory]
    [InlineData(1, 3_000)]
    [InlineData(100, 3_000)]
    [InlineData(3_000, 20_000)]
    [InlineData(1_000_000, 3_000)]
    public void At_least_the_tail_stays_and_little_more(int entryBytes, long retained)
    {
        const long threshold = 10_000;
        LogMarks marks = new(0, retained, threshold);
        ulong last = 0;
        long slack = entryBytes + Math.Max(retained / 32, threshold / 1024);
        for (ulong index = 1; index <= 40_000; index++)
        {
            marks.Add(index, entryBytes);
            if (index % 1_000 == 0)
            {
                ulong below = marks.IndexBelowTail(index);
                long kept = (long)(index - below) * entryBytes;
                Assert.InRange(below, last, index);
                Assert.True(kept >= Math.Min(retained, (long)index * entryBytes), $"{kept} bytes stay at {index}");
                Assert.True(below == 0 || kept <= retained + (2 * slack), $"{kept} bytes stay at {index}");
                last = below;
            }
        }

        Assert.True(last > 0);
    }

    [Fact]
    public void Without_a_tail_the_whole_log_below_the_snapshot_goes()
    {
        LogMarks marks = new(0, 0, 1_000);
        marks.Add(7, 10);

        Assert.Equal(5UL, marks.IndexBelowTail(5));
    }

    [Fact]
    public void What_was_there_at_the_start_has_no_known_size_and_goes_with_the_next_snapshot()
    {
        LogMarks marks = new(500, 10_000, 1_000);
        marks.Add(600, 2_000);

        Assert.Equal(500UL, marks.IndexBelowTail(600));
    }

    [Fact]
    public void An_installed_snapshot_begins_a_new_count()
    {
        LogMarks marks = new(0, 1_000, 1_000);
        marks.Add(100, 5_000);
        marks.Reset(400);
        marks.Add(410, 500);

        Assert.Equal(50UL, marks.IndexBelowTail(50));
        Assert.Equal(400UL, marks.IndexBelowTail(410));
    }
}
