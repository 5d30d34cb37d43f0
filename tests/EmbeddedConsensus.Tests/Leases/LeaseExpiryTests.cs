using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.Tests.Leases;

/// <summary>What a leader proposes for the leases, and when.</summary>
public sealed class LeaseExpiryTests : IDisposable
{
    private readonly LeaseTable _table = new();

    private readonly LeaseExpiry _expiry = new(new LeaseExpiryOptions
    {
        GraceMicros = 1_000_000, CheckpointMicros = 300_000_000, MaxMarks = 3,
    });

    public void Dispose() => _table.Dispose();

    [Fact]
    [Trait("Scenario", "55")]
    public void A_new_leader_ends_nothing_before_holders_had_the_time_to_reach_it()
    {
        _table.Grant(1, 10_000);
        Assert.Equal(LeaseWork.None, At(20_000_000, leads: false));

        Assert.Equal(LeaseWork.None, At(20_000_001, leads: true));
        Assert.Equal(LeaseWork.None, At(21_000_000, leads: true));
        Assert.Equal(LeaseWork.Expire, At(21_000_001, leads: true));
        Assert.Equal(1, Assert.Single(_expiry.Marks).Id);
    }

    [Fact]
    [Trait("Scenario", "24")]
    public void A_mass_of_leases_that_expire_together_ends_in_bounded_pieces()
    {
        for (long id = 1; id <= 10; id++)
        {
            _table.Grant(id, 10_000);
        }

        At(0, leads: true);
        List<long> ended = [];
        while (At(20_000_000, leads: true) == LeaseWork.Expire)
        {
            Assert.InRange(_expiry.Marks.Count, 1, 3);
            foreach (LeaseMark mark in _expiry.Marks)
            {
                ended.Add(mark.Id);
                _table.Expire(mark);
                _table.RemoveEnding();
            }
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(id => (long)id), ended.Order());
    }

    [Fact]
    public void The_rest_of_a_lease_that_has_ended_is_work()
    {
        _table.Grant(1, 10_000);
        _table.End(_table.Find(1));
        At(0, leads: true);

        Assert.Equal(LeaseWork.Expire, At(1, leads: true));
        Assert.Empty(_expiry.Marks);
    }

    [Fact]
    [Trait("Scenario", "55")]
    public void A_lease_that_was_not_renewed_for_long_gets_a_checkpoint_and_one_that_was_gets_none()
    {
        _table.Grant(1, 3_600_000);
        _table.Grant(2, 3_600_000);
        _table.Grant(3, 60_000_000);
        At(0, leads: true);
        _table.ObserveClock(299_000_000);
        _table.Renew(_table.Find(2));

        Assert.Equal(LeaseWork.None, At(299_999_999, leads: true));
        Assert.Equal(LeaseWork.Checkpoint, At(300_000_000, leads: true));
        Assert.Equal([(1, 3_300_000), (3, 59_700_000)], _expiry.Marks.Select(mark => (mark.Id, mark.Remaining)));
    }

    private LeaseWork At(long micros, bool leads)
    {
        _table.ObserveClock(micros);
        return _expiry.Next(_table, leads);
    }
}
