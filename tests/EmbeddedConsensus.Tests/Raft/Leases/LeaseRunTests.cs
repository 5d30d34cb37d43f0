namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>Lease reads in random runs: right as long as the clocks keep to what the option states, and no longer.
/// </summary>
public sealed class LeaseRunTests
{
    private const int Seeds = 500;

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(1, 0.05)]
    [InlineData(2, 0.001)]
    [InlineData(3, 0)]
    [Trait("Scenario", "9")]
    public void Reads_see_every_commit_while_clocks_keep_to_the_bound(int block, double drift)
    {
        LeaseRunOptions options = new() { MaxClockDrift = drift, Drift = drift };
        long leaseReads = 0;
        long leaders = 0;
        for (int seed = block * Seeds; seed < (block + 1) * Seeds; seed++)
        {
            LeaseRun run = new((ulong)seed, options);
            run.Run();
            Assert.Null(run.StaleRead);
            leaseReads += run.LeaseReads;
            leaders += run.Leaders;
        }

        // The runs must be worth something.
        Assert.True(leaseReads > Seeds * 500, $"only {leaseReads} reads were served by a lease");
        Assert.True(leaders > Seeds * 3, $"only {leaders} leaders");
    }

    [Fact]
    [Trait("Case", "T12")]
    public void Reads_see_every_commit_while_members_restart_with_another_election_timeout()
    {
        LeaseRunOptions options = new() { ChangesElectionTimeout = true, Duration = 8_000_000 };

        Assert.Null(FirstStaleRead(options));
    }

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(0.1, 0.4)]
    [Trait("Scenario", "9")]
    public void Clocks_that_drift_further_than_stated_give_a_stale_read(double stated, double drift)
    {
        LeaseRunOptions options = new() { MaxClockDrift = stated, Drift = drift };

        Assert.NotNull(FirstStaleRead(options));
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_driver_that_reads_its_clock_before_its_queues_causes_a_stale_read()
    {
        LeaseRunOptions options = new() { ReadsClockFirst = true };

        Assert.NotNull(FirstStaleRead(options));
    }

    [Fact]
    public void A_run_can_be_repeated()
    {
        LeaseRun first = new(7, new LeaseRunOptions());
        LeaseRun second = new(7, new LeaseRunOptions());
        first.Run();
        second.Run();

        Assert.Equal((first.ReadsReleased, first.LeaseReads, first.Leaders),
            (second.ReadsReleased, second.LeaseReads, second.Leaders));
        Assert.NotEqual(0, first.LeaseReads);
    }

    private static string? FirstStaleRead(LeaseRunOptions options)
    {
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            LeaseRun run = new(seed, options);
            run.Run();
            if (run.StaleRead is not null)
            {
                return run.StaleRead;
            }
        }

        return null;
    }
}
