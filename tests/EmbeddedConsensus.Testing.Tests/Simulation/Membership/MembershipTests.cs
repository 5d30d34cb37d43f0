using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Tests.Simulation.Membership;

/// <summary>Whole clusters whose membership changes under faults.</summary>
public sealed class MembershipTests
{
    [Fact]
    [Trait("Scenario", "25")]
    [Trait("Scenario", "30")]
    [Trait("Scenario", "32")]
    public void A_cluster_of_one_grows_to_five_and_shrinks_to_one_while_it_serves()
    {
        List<FaultEvent> events = [];
        for (int i = 0; i < 4; i++)
        {
            events.Add(Change(3 + (4 * i), FaultKind.AddVoter, FaultTarget.All));
            events.Add(Change(24 + (4 * i), FaultKind.RemoveMember, FaultTarget.Leader, amount: i));
        }

        SimulationStatistics total = Run(replicas: 1, seeds: 4, seconds: 45, events);
        Assert.True(total.MembershipChanges >= 24, $"{total}");
        Assert.True(total.JointConfigurations >= 24, $"{total}");
        Assert.True(total.RemovedStopped >= 8, $"{total}");
        Assert.True(total.Writes > 200, $"{total}");
    }

    [Fact]
    [Trait("Scenario", "26")]
    [Trait("Scenario", "27")]
    [Trait("Scenario", "28")]
    public void Leaders_and_others_crash_inside_joint_configurations_on_the_way_between_any_two_sets()
    {
        CrashPoint[] points =
        [
            CrashPoint.JointCommitted, CrashPoint.ConfigurationIssued, CrashPoint.ConfigurationApplied,
        ];
        List<FaultEvent> events = [];
        for (int i = 0; i < 12; i++)
        {
            events.Add(Change(3 + (4 * i), FaultKind.SetVoters, FaultTarget.All, amount: 31 * i));
            FaultTarget crashed = i % 3 == 0 ? FaultTarget.All : FaultTarget.Leader;
            events.Add(Change(3 + (4 * i), FaultKind.CrashAtPoint, crashed) with
            {
                Point = points[i % points.Length],
                Amount = 1,
                DurationMicros = 300_000,
            });
        }

        SimulationStatistics total = Run(replicas: 3, seeds: 6, seconds: 55, events);
        Assert.True(total.MembershipChanges > 20, $"{total}");
        foreach (CrashPoint point in points)
        {
            Assert.True(total.PointsCrashed[point] > 0, $"{point}: {total}");
        }
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_member_that_comes_back_with_an_empty_disk_is_refused_and_replaced()
    {
        SimulationStatistics total = Run(replicas: 3, seeds: 5, seconds: 30,
            [Change(8, FaultKind.LoseDisk, FaultTarget.Of(1)), Change(18, FaultKind.LoseDisk, FaultTarget.Of(2))]);
        Assert.True(total.RefusedMembers >= 5, $"{total}");
        Assert.True(total.MembershipChanges >= 5, $"{total}");
    }

    [Fact]
    [Trait("Scenario", "31")]
    [Trait("Scenario", "39")]
    public void A_member_whose_disk_is_damaged_is_replaced_by_a_new_one()
    {
        List<FaultEvent> events = [];
        for (int second = 6; second < 30; second++)
        {
            events.Add(Change(second, FaultKind.RottenLog, FaultTarget.Of(1), amount: second * 37));
            events.Add(Change(second, FaultKind.Crash, FaultTarget.Of(1)) with { DurationMicros = 100_000 });
        }

        SimulationStatistics total = Run(replicas: 3, seeds: 5, seconds: 35, events);
        Assert.True(total.RefusedStarts > 0, $"{total}");
        Assert.True(total.MembershipChanges >= total.RefusedStarts, $"{total}");
    }

    [Fact]
    [Trait("Scenario", "29")]
    [Trait("Scenario", "30")]
    [Trait("Scenario", "31")]
    public void Learners_are_promoted_and_voters_demoted_moved_removed_and_returned_between_crashes_and_partitions()
    {
        FaultKind[] kinds =
        [
            FaultKind.AddLearner, FaultKind.PromoteMember, FaultKind.DemoteMember, FaultKind.MoveMember,
            FaultKind.PromoteMember, FaultKind.ReplaceMember, FaultKind.RemoveMember, FaultKind.ReturnRemoved,
        ];
        List<FaultEvent> events = [];
        for (int i = 0; i < 16; i++)
        {
            FaultKind kind = kinds[i % kinds.Length];
            events.Add(Change(3 + (3 * i), kind, FaultTarget.All, amount: i));
            events.Add(Change(4 + (3 * i), FaultKind.Partition, FaultTarget.Of(i % 3)) with
            {
                DurationMicros = 900_000,
            });
            events.Add(Change(5 + (3 * i), FaultKind.Crash, FaultTarget.Leader) with { DurationMicros = 200_000 });
        }

        SimulationStatistics total = Run(replicas: 3, seeds: 5, seconds: 55, events);
        Assert.True(total.MembershipChanges > 20, $"{total}");
        Assert.All(kinds, kind => Assert.True(total.Faults[kind] > 0, $"{kind}: {total}"));
    }

    [Fact]
    public void Members_of_the_old_release_read_everything_until_they_are_upgraded()
    {
        SimulationStatistics total = new();
        for (ulong seed = 1; seed < 40; seed++)
        {
            SimulationResult result = EmbeddedConsensus.Testing.Simulation.Simulation.Run(new SimulationOptions
            {
                Seed = seed,
                Replicas = 3,
                Schedule = new FaultSchedule(15, FaultSchedule.ManyCallers,
                [
                    Change(5, FaultKind.Upgrade, FaultTarget.Of(0)),
                    Change(8, FaultKind.Upgrade, FaultTarget.Of(1)),
                    Change(11, FaultKind.Upgrade, FaultTarget.Of(2)),
                ]),
            });
            Assert.True(result.Failure is null, $"seed {seed}: {result.Failure?.Message}");
            total.Add(result.Statistics);
        }

        Assert.True(total.Faults[FaultKind.Upgrade] > 10, $"{total}");
        Assert.True(total.FormatChanges > 3, $"{total}");
    }

    private static FaultEvent Change(int second, FaultKind kind, FaultTarget target, int amount = 0) =>
        new(second * 1_000_000, kind, target) { Amount = amount };

    private static SimulationStatistics Run(int replicas, int seeds, int seconds, List<FaultEvent> events)
    {
        SimulationStatistics total = new();
        for (int seed = 1; seed <= seeds; seed++)
        {
            SimulationResult result = EmbeddedConsensus.Testing.Simulation.Simulation.Run(new SimulationOptions
            {
                Seed = (ulong)seed,
                Replicas = replicas,
                Schedule = new FaultSchedule(seconds, FaultSchedule.ManyCallers, [.. events]),
            });
            Assert.True(result.Failure is null, $"seed {seed}: {result.Failure?.Message}");
            total.Add(result.Statistics);
        }

        return total;
    }
}
