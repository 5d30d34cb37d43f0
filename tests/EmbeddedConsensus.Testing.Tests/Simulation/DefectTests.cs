using EmbeddedConsensus.Testing.Simulation;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

/// <summary>Bugs injected on purpose: checks that find none of them could never fail.</summary>
public sealed class DefectTests
{
    private static readonly string[] SignsOfLostWrites = ["Leader Completeness", "Assertion", "Durability"];

    [Fact]
    [Trait("Scenario", "1")]
    public void A_vote_that_is_forgotten_in_a_crash_is_found() =>
        Assert.Equal(
            "Election Safety", Seeds.FirstBrokenInvariant(count: 150, replicas: 3, SimulatedDefect.ForgetVote));

    [Fact]
    [Trait("Scenario", "2")]
    public void An_append_that_is_acknowledged_before_it_is_durable_is_found() =>
        Assert.Contains(
            Seeds.FirstBrokenInvariant(count: 5, replicas: 3, SimulatedDefect.AcknowledgeBeforeDurable),
            (string[])["Durability", "Election Safety"]);

    [Fact]
    [Trait("Scenario", "3")]
    public void A_lone_replica_that_acknowledges_before_its_own_flush_is_found() =>
        Assert.Equal("Durability",
            Seeds.FirstBrokenInvariant(count: 5, replicas: 1, SimulatedDefect.AcknowledgeBeforeDurable));

    [Fact]
    [Trait("Scenario", "2")]
    public void A_disk_that_loses_what_it_flushed_is_found() =>
        Assert.Contains(
            Seeds.FirstBrokenInvariant(count: 20, replicas: 5, SimulatedDefect.LoseFlushedWrites),
            SignsOfLostWrites);

    [Fact]
    [Trait("Scenario", "6")]
    public void A_read_that_asks_no_quorum_is_found() =>
        Assert.Equal("Linearizability",
            Seeds.FirstBrokenInvariant(count: 20, replicas: 3, SimulatedDefect.ReadWithoutReadIndex));

    [Fact]
    [Trait("Scenario", "13")]
    public void An_entry_that_one_replica_skips_is_found() =>
        Assert.Equal("Equal State", Seeds.FirstBrokenInvariant(count: 5, replicas: 3, SimulatedDefect.SkipEntry));

    [Fact]
    [Trait("Scenario", "14")]
    public void A_snapshot_without_the_table_of_applied_proposals_is_found() =>
        Assert.Equal("Equal State",
            Seeds.FirstBrokenInvariant(count: 30, replicas: 3, SimulatedDefect.LoseSessionsInSnapshot));

    [Fact]
    [Trait("Scenario", "38")]
    public void A_failed_flush_that_counts_as_done_is_found() =>
        Assert.Contains(
            Seeds.FirstBrokenInvariant(count: 40, replicas: 3, SimulatedDefect.IgnoreFailedFlush),
            (string[])["Durability", "Log storage contract", "Liveness"]);

    [Fact]
    [Trait("Scenario", "39")]
    public void Damage_that_is_given_out_as_whole_is_found() =>
        Assert.Contains(
            Seeds.FirstBrokenInvariant(count: 40, replicas: 3, SimulatedDefect.TrustDamage),
            (string[])["State Machine Safety", "Equal State", "Assertion", "Log Matching", "Election Safety"]);

    [Fact]
    [Trait("Scenario", "9")]
    public void A_leader_lease_on_a_clock_that_runs_too_slowly_is_found() =>
        Assert.Equal("Linearizability",
            Seeds.FirstBrokenInvariant(count: 200, replicas: 3, SimulatedDefect.SlowLeaseClock));

    [Fact]
    [Trait("Scenario", "48")]
    public void A_watch_that_misses_an_event_is_found() =>
        Assert.Contains(
            Seeds.FirstBrokenInvariant(count: 20, replicas: 3, SimulatedDefect.DropWatchEvent),
            (string[])["Watch Reliability", "Watch Progress"]);
}
