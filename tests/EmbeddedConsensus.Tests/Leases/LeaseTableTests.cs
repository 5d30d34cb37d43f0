using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.Tests.Leases;

/// <summary>The clock of the leases: when they expire, and what a mark still means.</summary>
public sealed class LeaseTableTests : IDisposable
{
    private readonly LeaseTable _table = new();

    public void Dispose() => _table.Dispose();

    [Fact]
    public void A_lease_expires_when_its_time_is_over_and_not_a_microsecond_earlier()
    {
        _table.Grant(1, 10_000);

        Assert.Empty(ExpiredAt(9_999_999));
        Assert.Equal([1], ExpiredAt(10_000_000 + WheelTickMicros));
    }

    [Fact]
    public void A_renewal_begins_the_time_anew()
    {
        _table.Grant(1, 10_000);
        _table.ObserveClock(9_000_000);
        _table.Renew(_table.Find(1));

        Assert.Empty(ExpiredAt(18_999_999));
        Assert.Equal([1], ExpiredAt(19_000_000 + WheelTickMicros));
    }

    [Fact]
    [Trait("Scenario", "53")]
    public void A_lease_that_is_renewed_when_it_was_found_expired_is_not_found_again()
    {
        _table.Grant(1, 10_000);
        Assert.Equal([1], ExpiredAt(11_000_000));
        _table.Renew(_table.Find(1));

        Assert.Empty(ExpiredAt(12_000_000));
        Assert.Equal([1], ExpiredAt(21_000_000 + WheelTickMicros));
    }

    [Fact]
    [Trait("Scenario", "53")]
    public void What_was_decided_before_a_renewal_ends_nothing()
    {
        _table.Grant(1, 10_000);
        LeaseMark old = MarkOf(1);
        _table.Renew(_table.Find(1));
        _table.Expire(old);
        Assert.NotEqual(0, _table.Find(1));

        _table.Expire(MarkOf(1));
        Assert.Equal(0, _table.Find(1));
    }

    [Fact]
    [Trait("Scenario", "53")]
    public void What_was_decided_about_a_lease_does_not_end_one_that_was_granted_later_under_its_id()
    {
        _table.Grant(1, 10_000);
        LeaseMark old = MarkOf(1);
        _table.End(_table.Find(1));
        _table.RemoveEnding();
        _table.Grant(1, 10_000);

        _table.Expire(old);

        Assert.NotEqual(0, _table.Find(1));
    }

    [Fact]
    [Trait("Scenario", "55")]
    public void A_checkpoint_brings_the_deadline_forward_and_never_back()
    {
        _table.Grant(1, 100_000);
        _table.ObserveClock(1_000_000);
        _table.Checkpoint(MarkOf(1) with { Remaining = 5_000 });
        Assert.Equal(5_000, _table.RemainingOf(_table.Find(1)));

        _table.ObserveClock(3_000_000);
        _table.Checkpoint(MarkOf(1) with { Remaining = 4_000 });

        Assert.Equal(3_000, _table.RemainingOf(_table.Find(1)));
        Assert.Equal([1], ExpiredAt(6_000_000 + WheelTickMicros));
    }

    [Fact]
    public void A_checkpoint_of_an_older_renewal_changes_nothing()
    {
        _table.Grant(1, 100_000);
        LeaseMark old = MarkOf(1) with { Remaining = 1_000 };
        _table.Renew(_table.Find(1));

        _table.Checkpoint(old);

        Assert.Equal(100_000, _table.RemainingOf(_table.Find(1)));
    }

    [Fact]
    [Trait("Scenario", "55")]
    public void The_longest_time_to_live_does_not_overflow()
    {
        _table.ObserveClock(long.MaxValue / 2);
        _table.Grant(1, 9_000_000_000_000);

        Assert.Equal(9_000_000_000_000, _table.RemainingOf(_table.Find(1)));
        Assert.Empty(ExpiredAt(_table.Now + 1_000_000));
    }

    [Fact]
    public void Random_grants_renewals_checkpoints_and_waits_agree_with_a_plain_model()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            RunAgainstModel(new Random(seed));
        }
    }

    private const long WheelTickMicros = 1 << 17;

    private static void RunAgainstModel(Random random)
    {
        using LeaseTable table = new();
        SortedDictionary<long, long> deadlines = [];
        long now = 0;
        for (int step = 0; step < 2_000; step++)
        {
            long id = random.Next(1, 60);
            long timeToLive = random.Next(1, 4) switch
            {
                1 => random.Next(1, 500),
                2 => random.Next(1, 60_000),
                _ => random.NextInt64(1, 100_000_000),
            };
            if (!deadlines.TryGetValue(id, out long deadline))
            {
                table.Grant(id, timeToLive);
                deadlines[id] = now + (timeToLive * 1_000);
            }
            else if (random.Next(3) > 0)
            {
                int slot = table.Find(id);
                table.Renew(slot);
                deadlines[id] = Math.Max(deadline, now + (table[slot].TimeToLive * 1_000));
            }
            else
            {
                Lease lease = table[table.Find(id)];
                table.Checkpoint(new LeaseMark(id, lease.Renewal, timeToLive));
                deadlines[id] = timeToLive < lease.Remaining
                    ? Math.Min(deadline, now + (timeToLive * 1_000))
                    : deadline;
            }

            now += random.Next(100) switch
            {
                0 => random.NextInt64(100_000_000_000),
                < 10 => random.NextInt64(1_000_000_000),
                _ => random.Next(2_000_000),
            };
            table.ObserveClock(now);
            List<LeaseMark> marks = [];
            while (!table.Advance(maxMoves: random.Next(1, 5)))
            {
            }

            while (!table.FindExpired(marks, int.MaxValue, maxMoves: 3))
            {
                marks.Clear();
            }

            foreach (LeaseMark mark in marks)
            {
                Assert.InRange(deadlines[mark.Id], 0, now);
                table.Expire(mark);
                table.RemoveEnding();
                deadlines.Remove(mark.Id);
            }

            Assert.DoesNotContain(deadlines, lease => lease.Value <= now - WheelTickMicros);
        }
    }

    private LeaseMark MarkOf(long id) => new(id, _table[_table.Find(id)].Renewal, 0);

    private long[] ExpiredAt(long micros)
    {
        _table.ObserveClock(micros);
        List<LeaseMark> marks = [];
        Assert.True(_table.Advance(int.MaxValue));
        Assert.True(_table.FindExpired(marks, int.MaxValue, int.MaxValue));
        return [.. marks.Select(mark => mark.Id).Order()];
    }
}
