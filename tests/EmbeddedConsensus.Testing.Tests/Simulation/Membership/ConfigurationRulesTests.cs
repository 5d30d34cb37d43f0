using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Checking;

namespace EmbeddedConsensus.Testing.Tests.Simulation.Membership;

/// <summary>Each rule of membership changes, broken by hand.</summary>
public sealed class ConfigurationRulesTests
{
    private readonly ConfigurationRules _rules = new(new SimulationStatistics());

    [Fact]
    [Trait("Scenario", "26")]
    public void Quorum_Overlap_is_broken_by_new_voters_without_a_joint_configuration()
    {
        Apply(1, Voters(1, 2, 3));
        AssertBroken("Quorum Overlap", () => Apply(2, Voters(3, 4, 5)));
    }

    [Fact]
    [Trait("Scenario", "27")]
    public void Quorum_Overlap_is_broken_by_leaving_a_joint_configuration_for_other_voters()
    {
        Apply(1, Voters(1, 2, 3));
        Apply(2, Voters(3, 4, 5) with { OutgoingVoters = Voters(1, 2, 3).Voters });
        AssertBroken("Quorum Overlap", () => Apply(3, Voters(4, 5, 6)));
        AssertBroken("Quorum Overlap", () => Apply(3, Voters(1, 2, 3)));
        Apply(3, Voters(3, 4, 5));
    }

    [Fact]
    public void Learners_are_added_and_removed_without_a_joint_configuration()
    {
        Apply(1, Voters(1));
        Apply(2, Voters(1) with { Learners = [new MemberId(2)] });
        Apply(3, Voters(1));
        Assert.Empty(_rules.Latest!.Learners);
        Assert.Equal(new MemberId(2), Assert.Single(_rules.At(2)!.Learners));
        Assert.Null(_rules.At(0));
    }

    [Fact]
    public void Configuration_Agreement_is_broken_by_two_configurations_of_one_index()
    {
        Apply(4, Voters(1, 2, 3));
        _rules.CheckCommitted(new MemberId(2), 4, Voters(1, 2, 3).Normalized());
        AssertBroken("Configuration Agreement", () => _rules.CheckCommitted(new MemberId(2), 4, Voters(1, 2)));
    }

    [Fact]
    [Trait("Scenario", "28")]
    public void Snapshot_Configuration_is_broken_by_a_snapshot_with_an_older_or_a_newer_one()
    {
        Apply(1, Voters(1));
        Apply(5, Voters(1) with { Learners = [new MemberId(2)] });
        ClusterConfiguration founding = _rules.At(4)!;
        ClusterConfiguration newer = _rules.At(5)!;
        _rules.CheckSnapshot(new MemberId(1), new SnapshotMetadata(new LogPosition(4, 1), founding));
        AssertBroken("Snapshot Configuration",
            () => _rules.CheckSnapshot(new MemberId(1), new SnapshotMetadata(new LogPosition(7, 1), founding)));
        AssertBroken("Snapshot Configuration",
            () => _rules.CheckSnapshot(new MemberId(1), new SnapshotMetadata(new LogPosition(4, 1), newer)));
    }

    [Theory]
    [Trait("Scenario", "25")]
    [Trait("Scenario", "26")]
    [InlineData(9, 3)] // The configuration before is not committed.
    [InlineData(5, 2)] // No entry of the leader's term is committed: Ongaro's bug.
    public void The_change_rule_is_broken_by_a_leader_that_changes_too_early(ulong previous, ulong commitTerm)
    {
        ConsensusView leader = new(new MemberId(1), true, 3, 7, 7, 0, 0);
        ConfigurationRules.CheckLeaderAppend(leader, index: 10, previousIndex: 5, commitTerm: 3);
        ConfigurationRules.CheckLeaderAppend(leader, index: 1, previousIndex: 0, commitTerm: null);
        AssertBroken("Configuration Change Rule",
            () => ConfigurationRules.CheckLeaderAppend(leader, index: 10, previous, commitTerm));
    }

    private void Apply(ulong index, ClusterConfiguration configuration) => _rules.OnFirstApplied(new LogEntry(
        index, 1, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration.Normalized())));

    private static ClusterConfiguration Voters(params ulong[] ids) =>
        ClusterConfiguration.OfVoters(ids.Select(id => new MemberId(id)));

    private static void AssertBroken(string invariant, Action action) =>
        Assert.Equal(invariant, Assert.Throws<SimulationFailedException>(action).Invariant);
}
