using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>The search alone, on a register whose calls return the previous value.</summary>
public sealed class WingGongLoweCheckerTests
{
    [Fact]
    public void An_empty_history_is_linearizable()
    {
        Assert.Equal(Verdict.Linearizable, Check().Verdict);
    }

    [Fact]
    public void Calls_that_never_returned_are_left_out_when_they_are_not_needed()
    {
        SearchResult result = Check(new(0, null, 5, 0), new(10, 20, 0, 0));

        Assert.Equal(Verdict.Linearizable, result.Verdict);
        Assert.Equal([1], result.Order);
    }

    [Fact]
    public void Calls_that_never_returned_are_in_the_order_when_they_are_needed()
    {
        SearchResult result = Check(new(10, 20, 0, 0), new(15, null, 5, 0), new(30, 40, 0, 5));

        Assert.Equal(Verdict.Linearizable, result.Verdict);
        Assert.Equal([0, 1, 2], result.Order);
    }

    [Fact]
    public void A_call_that_never_returned_does_not_come_before_its_beginning()
    {
        SearchResult result = Check(new(10, 20, 0, 5), new(21, null, 5, 0));

        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
    }

    [Fact]
    public void Calls_that_share_an_instant_overlap()
    {
        Assert.Equal(Verdict.Linearizable, Check(new(0, 10, 0, 5), new(10, 20, 5, 0)).Verdict);
        Assert.Equal(Verdict.Linearizable, Check(new(0, 10, 0, 5), new(10, null, 5, 0)).Verdict);
        Assert.Equal(Verdict.NotLinearizable, Check(new(0, 10, 0, 5), new(11, 20, 5, 0)).Verdict);
    }

    [Fact]
    public void A_failure_reports_the_longest_prefix_and_the_calls_after_it()
    {
        SearchResult result = Check(
            new(0, 10, 1, 0), new(20, 30, 2, 1), new(40, 60, 0, 7), new(50, 70, 0, 2), new(80, 90, 0, 2));

        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.Equal([0, 1, 3], result.Order);
        Assert.Equal([2], result.Stuck);
    }

    [Fact]
    public void A_history_longer_than_any_stack_is_searched()
    {
        const int Count = 200_000;
        ModelCall<int, int>[] calls =
        [
            .. Enumerable.Range(0, Count).Select(i => new ModelCall<int, int>(10 * i, (10 * i) + 15, -1, i)),
        ];

        SearchResult result = WingGongLoweChecker.Check(new CounterModel(), calls);

        Assert.Equal(Verdict.Linearizable, result.Verdict);
        Assert.Equal(Enumerable.Range(0, Count), result.Order);
    }

    [Fact]
    public void Each_set_of_calls_is_visited_once_with_a_state()
    {
        // Twelve calls that commute, and a result that nothing explains: 2^12 sets instead of 12! orders.
        ModelCall<int, int>[] calls =
        [
            .. Enumerable.Range(0, 12).Select(_ => new ModelCall<int, int>(0, 100, 0, 0)),
            new(0, 100, 0, 9),
        ];

        SearchResult result = WingGongLoweChecker.Check(new CounterModel(), calls);

        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.InRange(result.StatesVisited, 12, 12 * (1 << 12));
    }

    [Fact]
    public void A_call_that_returned_before_it_began_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Check(new ModelCall<int, int>(10, 9, 0, 0)));
    }

    private static SearchResult Check(params ModelCall<int, int>[] calls) =>
        WingGongLoweChecker.Check(new CounterModel(), calls);
}
