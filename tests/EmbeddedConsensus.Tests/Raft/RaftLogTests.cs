using System.Globalization;
using System.Text;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

public sealed class RaftLogTests
{
    [Fact]
    public void The_log_agrees_with_a_list_under_random_appends_truncations_and_compactions()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            DeterministicRandom random = new(seed);
            RaftLog log = new(RecoveredLog.Empty, default, cacheBytes: 400);
            List<LogEntry> model = [];
            ulong start = 0;
            ulong term = 1;
            for (int step = 0; step < 200; step++)
            {
                ulong last = start + (ulong)model.Count;
                switch (random.NextInt32(4))
                {
                    case 0 when last > log.Commit:
                        ulong cut = log.Commit + 1 + (ulong)random.NextInt32((int)(last - log.Commit));
                        log.TruncateFrom(cut);
                        model.RemoveRange((int)(cut - start - 1), (int)(last + 1 - cut));
                        term++;
                        break;
                    case 1 when log.Applied > start:
                        ulong drop = start + 1 + (ulong)random.NextInt32((int)(log.Applied - start));
                        log.CompactThrough(drop);
                        model.RemoveRange(0, (int)(drop - start));
                        start = drop;
                        break;
                    case 2:
                        CommitAndApplySome(log, random);
                        break;
                    default:
                        term += (ulong)random.NextInt32(2);
                        LogEntry entry = Entry(last + 1, term, random.NextInt32(1000));
                        log.Append(entry);
                        model.Add(entry);
                        break;
                }

                log.Evict();
                AssertSame(log, model, start);
            }
        }
    }

    [Fact]
    public void Slices_in_use_survive_a_truncation()
    {
        RaftLog log = new(RecoveredLog.Empty, default, cacheBytes: 1 << 20);
        for (ulong i = 1; i <= 40; i++)
        {
            log.Append(Entry(i, 1, (int)i));
        }

        ReadOnlyMemory<LogEntry> slice = log.Slice(30, long.MaxValue, out _);
        LogEntry[] before = slice.ToArray();
        log.TruncateFrom(31);
        log.Append(Entry(31, 2, 1000));

        Assert.Equal(before, slice.ToArray());
        Assert.Equal(2UL, log.Slice(31, long.MaxValue, out _).Span[0].Term);
    }

    [Fact]
    [Trait("Scenario", "10")]
    public void A_truncation_below_the_commit_index_is_refused()
    {
        RaftLog log = new(RecoveredLog.Empty, default, cacheBytes: 1 << 20);
        log.Append(Entry(1, 1, 0));
        log.CommitTo(1);

        Assert.Throws<InvariantViolationException>(() => log.TruncateFrom(1));
    }

    [Fact]
    public void A_log_with_a_gap_behind_the_snapshot_does_not_start()
    {
        RecoveredLog recovered = new(new HardState(1, default, 5), new LogPosition(5, 1), 6, [new TermStart(6, 1)]);

        InvariantViolationException e = Assert.Throws<InvariantViolationException>(
            () => new RaftLog(recovered, new LogPosition(4, 1), cacheBytes: 1));

        Assert.Contains("missing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "2")]
    public void A_log_that_ends_before_its_commit_index_does_not_start()
    {
        RecoveredLog recovered = new(new HardState(1, default, 5), default, 4, [new TermStart(1, 1)]);

        Assert.Throws<InvariantViolationException>(() => new RaftLog(recovered, default, cacheBytes: 1));
    }

    [Theory]
    [InlineData(9, 6, 9, 6)]
    [InlineData(9, 5, 7, 5)]
    [InlineData(9, 3, 3, 1)]
    [InlineData(20, 9, 10, 6)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(9, 0, 0, 0)]
    public void The_place_of_agreement_is_found_by_term(ulong index, ulong term, ulong foundIndex, ulong foundTerm)
    {
        // The leader's log of figure 7: 1 1 1 4 4 5 5 6 6 6.
        RecoveredLog recovered = new(
            new HardState(6, default, 0), default, 10,
            [new TermStart(1, 1), new TermStart(4, 4), new TermStart(6, 5), new TermStart(8, 6)]);
        RaftLog log = new(recovered, default, cacheBytes: 1);

        Assert.Equal(new LogPosition(foundIndex, foundTerm), log.FindAgreement(index, term));
    }

    private static void CommitAndApplySome(RaftLog log, DeterministicRandom random)
    {
        _ = log.IssueAll();
        log.StableTo(log.LastIndex);
        log.CommitTo(log.Commit + (ulong)random.NextInt32((int)(log.LastIndex - log.Commit) + 1));
        while (log.NextPage(maxBytes: 60, maxUnreadEntries: 3, out _) is { } page)
        {
            Assert.Equal(log.Applied + 1, page.FirstIndex);
            Assert.True(page.NeedsRead || (ulong)page.Entries.Length == page.LastIndex - page.FirstIndex + 1);
            log.AppliedTo(page.LastIndex);
        }
    }

    private static void AssertSame(RaftLog log, List<LogEntry> model, ulong start)
    {
        Assert.Equal((start, start + (ulong)model.Count), (log.Start.Index, log.LastIndex));
        for (int i = 0; i < model.Count; i++)
        {
            Assert.Equal(model[i].Term, log.TermAt(model[i].Index));
            if (model[i].Index > log.CacheStart)
            {
                Assert.Equal(model[i], log.Slice(model[i].Index, 1, out _).Span[0]);
            }
        }

        Assert.Null(log.TermAt(log.LastIndex + 1));
    }

    private static LogEntry Entry(ulong index, ulong term, int payload) =>
        new(index, term, LogEntryKind.Command, Encoding.UTF8.GetBytes(payload.ToString(CultureInfo.InvariantCulture)));
}
