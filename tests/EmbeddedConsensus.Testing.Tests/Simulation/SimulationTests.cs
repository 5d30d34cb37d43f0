using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

public sealed class SimulationTests
{
    private static readonly FaultKind[] CommonFaults =
    [
        FaultKind.Crash, FaultKind.CrashAtPoint, FaultKind.Pause, FaultKind.ClockJump, FaultKind.ClockDrift,
        FaultKind.WallClockJump, FaultKind.Partition, FaultKind.LinkCut, FaultKind.LinkFlap, FaultKind.MessageLoss,
        FaultKind.MessageDelay, FaultKind.MessageDuplication, FaultKind.MessageReordering, FaultKind.SlowDisk,
        FaultKind.HangingDisk, FaultKind.FsyncError, FaultKind.LeadershipTransfer,
    ];

    [Fact]
    [Trait("Scenario", "3")]
    [Trait("Scenario", "35")]
    public void A_lone_replica_keeps_every_promise_through_crashes_and_slow_disks()
    {
        SimulationStatistics total = Seeds.RequirePasses(first: 1, count: 12, replicas: 1);
        Assert.True(total.Crashes > 10, $"{total}");
        Assert.True(total.SnapshotsTaken > 10, $"{total}");
        Assert.True(total.Writes > 1_000, $"{total}");
    }

    [Fact]
    [Trait("Scenario", "1")]
    [Trait("Scenario", "2")]
    [Trait("Scenario", "6")]
    [Trait("Scenario", "7")]
    [Trait("Scenario", "8")]
    [Trait("Scenario", "9")] // Clocks drift and jump and processes pause, and no read is stale: none trusts a clock.
    [Trait("Scenario", "11")]
    [Trait("Scenario", "12")]
    [Trait("Scenario", "13")]
    [Trait("Scenario", "14")]
    [Trait("Scenario", "35")]
    [Trait("Scenario", "46")]
    public void Three_replicas_keep_every_promise_under_every_kind_of_fault()
    {
        SimulationStatistics total = Seeds.RequirePasses(first: 1_000, count: 25, replicas: 3);
        RequireEveryFault(total);
        Assert.True(total.Writes > 1_500, $"{total}");
        Assert.True(total.Reads > 2_000, $"{total}");
        Assert.True(total.WatchEvents > 500, $"{total}");
        Assert.True(total.RepeatedProposals > 100, $"{total}");
    }

    [Fact]
    [Trait("Scenario", "7")]
    [Trait("Scenario", "15")]
    [Trait("Scenario", "16")]
    [Trait("Scenario", "20")]
    [Trait("Scenario", "23")]
    [Trait("Scenario", "46")]
    public void Five_replicas_keep_every_promise_and_a_healed_majority_makes_progress()
    {
        SimulationStatistics total = Seeds.RequirePasses(first: 2_000, count: 15, replicas: 5);
        RequireEveryFault(total);
        Assert.True(total.Writes > 1_000, $"{total}");
    }

    [Fact]
    public void The_same_seed_yields_the_same_trace()
    {
        SimulationResult first = Run(seed: 7);
        SimulationResult second = Run(seed: 7);
        Assert.Equal(first.TraceHash, second.TraceHash);
        Assert.Equal(first.Statistics, second.Statistics);
    }

    [Fact]
    public void Different_seeds_yield_different_traces()
    {
        HashSet<ulong> hashes = [.. Enumerable.Range(1, 8).Select(seed => Run((ulong)seed).TraceHash)];
        Assert.Equal(8, hashes.Count);
    }

    [Fact]
    public void A_failing_seed_fails_identically_when_it_is_replayed()
    {
        SimulationResult first = Run(seed: 3, SimulatedDefect.SkipEntry);
        SimulationResult second = Run(seed: 3, SimulatedDefect.SkipEntry);
        Assert.NotNull(first.Failure);
        Assert.Equal(first.Failure.Message, second.Failure?.Message);
        Assert.Equal(first.TraceHash, second.TraceHash);
    }

    private static void RequireEveryFault(SimulationStatistics total)
    {
        Assert.True(total.Crashes > 10, $"{total}");
        Assert.True(total.StorageFaults > 2, $"{total}");
        Assert.True(total.MessagesLost > 500, $"{total}");
        foreach (FaultKind kind in CommonFaults)
        {
            Assert.True(total.Faults[kind] > 0, $"{kind}: {total}");
        }

        Assert.True(total.Leaders > 20, $"{total}");
        Assert.True(total.SnapshotsTaken > 50, $"{total}");
        Assert.True(total.SnapshotsRestored > 0, $"{total}");
    }

    private static SimulationResult Run(ulong seed, SimulatedDefect defect = SimulatedDefect.None) =>
        EmbeddedConsensus.Testing.Simulation.Simulation.Run(
            new SimulationOptions { Seed = seed, VirtualSeconds = 10, Defect = defect });
}
