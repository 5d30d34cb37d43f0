using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;
using static EmbeddedConsensus.Testing.Tests.Linearizability.HistoryOf;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>An undecided check is neither a pass nor a failure; large histories are still decided.</summary>
public sealed class LimitTests
{
    [Fact]
    public void A_search_beyond_its_limit_of_states_is_undecided()
    {
        ModelCall<int, int>[] calls =
        [
            .. Enumerable.Range(1, 20).Select(i => new ModelCall<int, int>(0, 100, i, i == 20 ? -5 : 0)),
        ];

        SearchResult result = WingGongLoweChecker.Check(new SetModel(), calls, new SearchLimits { MaxStates = 1000 });

        Assert.Equal(Verdict.Undecided, result.Verdict);
        Assert.Equal(1000, result.StatesVisited);
    }

    [Fact]
    public void A_search_beyond_its_time_limit_is_undecided()
    {
        ModelCall<int, int>[] calls =
        [
            .. Enumerable.Range(1, 40).Select(i => new ModelCall<int, int>(0, 100, i, i == 40 ? -5 : 0)),
        ];

        SearchResult result = WingGongLoweChecker.Check(
            new SetModel(), calls, new SearchLimits { MaxStates = long.MaxValue, MaxTime = TimeSpan.Zero });

        Assert.Equal(Verdict.Undecided, result.Verdict);
    }

    [Fact]
    public void A_check_beyond_a_limit_reports_which()
    {
        HistoryGenerator generator = new(seed: 1, clients: 8, keys: 4) { UnknownPerMille = 50 };

        CheckResult result = LinearizabilityChecker.Check(
            generator.Generate(500), new CheckOptions { Limits = new SearchLimits { MaxStates = 100 } });

        Assert.Equal(Verdict.Undecided, result.Verdict);
        Assert.Contains("100 states", result.UndecidedBecause, StringComparison.Ordinal);
        Assert.Null(result.Violation);
    }

    [Fact]
    public void A_hundred_thousand_calls_are_decided_within_the_limits_and_nearly_without_search()
    {
        HistoryGenerator generator = new(seed: 7, clients: 32, keys: 300) { UnknownPerMille = 5 };

        CheckResult result = LinearizabilityChecker.Check(generator.Generate(100_000));

        Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
        // A state for every revision, and few more.
        Assert.InRange(result.StatesVisited, 1, 200_000);
    }

    [Fact]
    public void A_violation_after_many_irrelevant_placements_is_still_found()
    {
        // Forty revisions that no call observed, for sixty writes that may have made them: more placements than can be
        // tried, none of which matters to the violation.
        CheckResult result = LinearizabilityChecker.Check(Calls(
        [
            .. Enumerable.Range(0, 60).Select(i => Lost(0, Op.Put($"lost/{i}", "1"))),
            Put(10, 20, "a", "1", 42),
            Put(30, 40, "b", "1", 43),
            Range(50, 60, KeyRange.Between("a", "c"), 43, Item("b", "1", 43, 43, 1)),
        ]));

        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.Equal(43, result.Violation!.Revision);
    }

    [Fact]
    public void A_range_without_a_key_excludes_its_put_from_every_earlier_revision()
    {
        // Any of 31 puts can have made revision 2, but the keys of 30 of them would have been found.
        CheckResult result = LinearizabilityChecker.Check(Calls(
        [
            Lost(0, Op.Put("made", "1")),
            .. Enumerable.Range(0, 30).Select(i => Lost(0, Op.Put($"lost/{i}", "1"))),
            Put(10, 20, "a", "1", 3),
            Range(30, 40, KeyRange.Prefix("lost/"), 3),
        ]));

        Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
        Assert.Equal("made", Assert.Single(result.Changes!.At(2)).KeyValue.Key);
        Assert.InRange(result.StatesVisited, 1, 5);
    }

    [Fact]
    public void A_key_that_may_have_been_deleted_before_the_range_was_read_may_have_been_put()
    {
        StoreCall put = Lost(0, Op.Put("k", "1"));
        StoreCall read = Range(50, 60, KeyRange.Prefix("k"), 3);
        StoreCall earlier = Range(1, 60, KeyRange.Prefix("k"), 2);
        Assert.Equal(Verdict.Linearizable, Check(put, Delete(10, 20, "k", 3), read).Verdict);
        Assert.Equal(Verdict.Linearizable, Check(put, Lost(0, Op.Delete((Key)"k")), read).Verdict);
        Assert.Equal(Verdict.NotLinearizable, Check(put, Put(10, 20, "a", "1", 3), read).Verdict);
        Assert.Equal(Verdict.NotLinearizable, Check(put, Delete(10, 20, "k", 3), earlier).Verdict);

        static CheckResult Check(params StoreCall[] calls) => LinearizabilityChecker.Check(Calls(calls));
    }

    /// <summary>A set of numbers to which calls add; the state has one bit per number, so every subset is
    /// distinct.</summary>
    private sealed class SetModel : ISequentialModel<long, int, int>
    {
        public long InitialState => 0;

        public bool TryAnswer(long state, int input, int output, out long next)
        {
            next = state | (1L << input);
            return output == 0;
        }

        public bool TryExecute(long state, int input, out long next) => TryAnswer(state, input, 0, out next);
    }
}
