using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>What a leader notes of its lease.</summary>
public sealed class ReadLeaseTests
{
    private static readonly ClusterConfiguration Three =
        ClusterConfiguration.OfVoters(new MemberId(1), new MemberId(2), new MemberId(3));

    private readonly ReadLease _lease = new(TimeSpan.FromMilliseconds(1000), 0.2);

    [Fact]
    [Trait("Scenario", "9")]
    public void A_lease_lasts_from_the_sending_of_its_round_for_the_promise_less_the_drift()
    {
        At(100);
        _lease.RoundSent(1);
        At(700);
        _lease.RoundConfirmed(1, Three);

        Assert.True(_lease.CanRead(Three));
        At(899);
        Assert.True(_lease.CanRead(Three));
        At(900);
        Assert.False(_lease.CanRead(Three));
    }

    [Fact]
    public void Without_a_reading_of_the_clock_there_is_no_lease()
    {
        _lease.RoundSent(1);
        _lease.RoundConfirmed(1, Three);

        Assert.False(_lease.Holds(Three));
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_reading_serves_no_read_that_came_after_it()
    {
        Confirm(1);
        _lease.ForgetClock();

        Assert.False(_lease.CanRead(Three));
        Assert.True(_lease.Holds(Three));
        At(1);
        Assert.True(_lease.CanRead(Three));
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_lease_of_another_membership_does_not_count()
    {
        ClusterConfiguration five = Three with { Learners = [new MemberId(4)] };
        Confirm(1);

        Assert.False(_lease.CanRead(five));
        _lease.RoundSent(2);
        _lease.RoundConfirmed(2, five);
        Assert.True(_lease.CanRead(five));
        Assert.False(_lease.CanRead(Three));
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_refused_lease_comes_back_with_the_next_term_only()
    {
        Confirm(1);
        _lease.Refuse();
        Confirm(2);
        Assert.False(_lease.CanRead(Three));

        _lease.Reset();
        Assert.False(_lease.CanRead(Three));
        Confirm(3);
        Assert.True(_lease.CanRead(Three));
    }

    [Fact]
    public void A_round_of_an_earlier_term_confirms_nothing()
    {
        At(0);
        _lease.RoundSent(1);
        _lease.Reset();
        _lease.RoundConfirmed(1, Three);

        Assert.False(_lease.Holds(Three));
    }

    [Fact]
    public void A_clock_that_runs_backwards_ends_the_lease()
    {
        At(100);
        _lease.RoundSent(1);
        _lease.RoundConfirmed(1, Three);
        _lease.RoundSent(2);
        At(99);
        _lease.RoundConfirmed(2, Three);

        Assert.False(_lease.CanRead(Three));
    }

    [Fact]
    public void Rounds_beyond_the_bound_make_the_lease_shorter_and_never_longer()
    {
        for (int i = 0; i < 40; i++)
        {
            At(10 * i);
            _lease.RoundSent((ulong)i + 1);
        }

        // The sixteenth was sent at 150 and is the last that is remembered.
        _lease.RoundConfirmed(40, Three);
        At(949);
        Assert.True(_lease.CanRead(Three));
        At(950);
        Assert.False(_lease.CanRead(Three));

        Confirm(41, at: 1000);
        Assert.True(_lease.CanRead(Three));
    }

    private void At(int milliseconds) => _lease.ObserveClock(TimeSpan.FromMilliseconds(milliseconds));

    private void Confirm(ulong round, int at = 0)
    {
        At(at);
        _lease.RoundSent(round);
        _lease.RoundConfirmed(round, Three);
    }
}
