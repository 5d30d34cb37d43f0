using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Tests.Simulation.Faults;

public sealed class StorageFaultTests
{
    [Theory]
    [Trait("Scenario", "38")]
    [Trait("Scenario", "40")]
    [InlineData(nameof(FaultKind.FsyncError), 0)]
    [InlineData(nameof(FaultKind.FullDisk), 2)]
    [Trait("Scenario", "18")]
    [InlineData(nameof(FaultKind.HangingDisk), 40)]
    public void A_leader_whose_disk_fails_is_faulted_until_it_is_restarted_and_the_others_continue(
        string fault, int seconds)
    {
        FaultKind kind = Enum.Parse<FaultKind>(fault);
        // Each fault is over before the next, which then strikes another leader.
        int period = 12 + seconds;
        FaultEvent[] events = [.. Enumerable.Range(0, 4).Select(i =>
            new FaultEvent((12 + (i * period)) * 1_000_000L, kind, FaultTarget.Leader)
            {
                DurationMicros = seconds * 1_000_000,
            })];
        SimulationStatistics total = Run(replicas: 3, [.. events], virtualSeconds: 14 + (4 * period));
        Assert.True(total.StorageFaults > 2, $"{total}");
        Assert.Equal(0, total.RefusedStarts);
        Assert.True(total.Writes > 50, $"{total}");
    }

    [Theory]
    [Trait("Scenario", "37")]
    [Trait("Scenario", "39")]
    [InlineData(nameof(FaultKind.RottenLog))]
    [InlineData(nameof(FaultKind.RottenHardState))]
    [InlineData(nameof(FaultKind.RottenSnapshot))]
    [InlineData(nameof(FaultKind.MisdirectedWrite))]
    [InlineData(nameof(FaultKind.StaleSector))]
    public void A_member_whose_storage_is_damaged_refuses_to_start_and_the_others_continue(string fault)
    {
        FaultKind kind = Enum.Parse<FaultKind>(fault);
        // Damaged at the moment of the crash, so that nothing is dropped or overwritten before the start.
        List<FaultEvent> events = [];
        for (int second = 5; second < 40; second++)
        {
            events.Add(new FaultEvent(second * 1_000_000, kind, FaultTarget.Of(1)) { Amount = second * 37 });
            events.Add(new FaultEvent((second * 1_000_000) + 1, FaultKind.Crash, FaultTarget.Of(1))
            {
                DurationMicros = 100_000,
            });
        }

        SimulationStatistics total = Run(replicas: 3, events);
        Assert.True(total.Faults[kind] > 0, $"{total}");
        Assert.True(total.RefusedStarts > 0, $"{total}");
        Assert.True(total.Writes > 50, $"{total}");
    }

    [Fact]
    public void Data_is_damaged_on_a_minority_of_the_disks_at_a_time_and_never_on_the_only_one()
    {
        List<FaultEvent> events = [];
        for (int at = 2_000_000; at < 50_000_000; at += 250_000)
        {
            events.Add(new FaultEvent(at, FaultKind.RottenLog, FaultTarget.All) { Amount = at });
            events.Add(new FaultEvent(at, FaultKind.Crash, FaultTarget.Of(at / 250_000 % 5))
            {
                DurationMicros = 50_000,
            });
        }

        SimulationStatistics total = Run(replicas: 5, events);
        Assert.True(total.RefusedStarts > 5, $"{total}");
        Assert.True(total.MembershipChanges > 5, $"{total}");
        Assert.Equal(0, Run(replicas: 1, events).RefusedStarts);
    }

    private static SimulationStatistics Run(int replicas, List<FaultEvent> events, int virtualSeconds = 50)
    {
        SimulationStatistics total = new();
        for (ulong seed = 1; seed <= 3; seed++)
        {
            SimulationResult result = EmbeddedConsensus.Testing.Simulation.Simulation.Run(new SimulationOptions
            {
                Seed = seed,
                Replicas = replicas,
                Schedule = new FaultSchedule(virtualSeconds, FaultSchedule.ManyCallers, [.. events]),
            });
            Assert.True(result.Failure is null, $"seed {seed}: {result.Failure?.Message}");
            total.Add(result.Statistics);
        }

        return total;
    }
}
