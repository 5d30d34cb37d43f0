using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Tests.Simulation.Faults;

public sealed class ScheduleShrinkerTests
{
    [Fact]
    public void Faults_without_part_in_the_failure_are_removed()
    {
        FaultSchedule schedule = FaultPlanner.Plan(new SimulationRandom(3), replicas: 3, virtualSeconds: 180);
        FaultEvent one = schedule.Events[7];
        FaultEvent other = schedule.Events[^9];
        ScheduleShrinker shrinker = new(
            candidate => Contains(candidate, one) && Contains(candidate, other) && candidate.VirtualSeconds >= 20,
            maxRuns: 1_000, () => false);
        FaultSchedule smallest = shrinker.Shrink(schedule, failedAtMicros: 170_000_000);
        Assert.Equal([one.AtMicros, other.AtMicros], smallest.Events.Select(item => item.AtMicros));
        Assert.All(smallest.Events, item => Assert.InRange(item.DurationMicros, 0, 2_000));
        Assert.Equal(20, smallest.VirtualSeconds);
        Assert.Equal(1, smallest.MaxCallers);
    }

    [Fact]
    public void A_failure_that_needs_no_fault_is_shrunk_to_an_empty_schedule()
    {
        FaultSchedule schedule = FaultPlanner.Plan(new SimulationRandom(3), replicas: 3, virtualSeconds: 180);
        ScheduleShrinker shrinker = new(_ => true, maxRuns: 100, () => false);
        Assert.Empty(shrinker.Shrink(schedule, failedAtMicros: 5_000_000).Events);
        Assert.InRange(shrinker.Runs, 1, 30);
    }

    [Fact]
    public void Shrinking_stops_at_its_bounds_with_the_best_so_far()
    {
        FaultSchedule schedule = FaultPlanner.Plan(new SimulationRandom(3), replicas: 3, virtualSeconds: 180);
        ScheduleShrinker bounded = new(_ => false, maxRuns: 7, () => false);
        Assert.Equal(schedule, bounded.Shrink(schedule, failedAtMicros: 180_000_000));
        Assert.Equal(7, bounded.Runs);
        ScheduleShrinker late = new(_ => true, maxRuns: 100, () => true);
        Assert.Equal(schedule, late.Shrink(schedule, failedAtMicros: 1));
        Assert.Equal(0, late.Runs);
    }

    [Theory]
    [InlineData(nameof(SimulatedDefect.ForgetVote))]
    [InlineData(nameof(SimulatedDefect.LoseFlushedWrites))]
    [InlineData(nameof(SimulatedDefect.IgnoreFailedFlush))]
    public void A_seed_that_fails_by_an_injected_bug_is_shrunk_to_a_few_faults(
        string defect)
    {
        SimulationOptions options = new()
        {
            Seed = 0, Replicas = 3, VirtualSeconds = 20, Defect = Enum.Parse<SimulatedDefect>(defect),
        };
        SimulationResult failed = Enumerable.Range(1, 150)
            .Select(seed => Run(options with { Seed = (ulong)seed }))
            .First(result => result.Failure is not null && result.Schedule.Events.Length > 20);
        options = options with { Seed = failed.Seed };
        ScheduleShrinker shrinker = new(
            candidate => Run(options with { Schedule = candidate }).Failure?.Invariant == failed.Failure!.Invariant,
            maxRuns: 200, () => false);
        FaultSchedule smallest = shrinker.Shrink(failed.Schedule, failed.Statistics.VirtualMicros);
        Assert.NotEmpty(smallest.Events);
        Assert.True(smallest.Events.Length <= failed.Schedule.Events.Length / 2, smallest.ToText());
        SimulationResult replayed = Run(options with { Schedule = FaultSchedule.Parse(smallest.ToText()) });
        Assert.Equal(failed.Failure!.Invariant, replayed.Failure?.Invariant);
    }

    private static bool Contains(FaultSchedule schedule, FaultEvent wanted) =>
        schedule.Events.Any(item => item.AtMicros == wanted.AtMicros && item.Kind == wanted.Kind);

    private static SimulationResult Run(SimulationOptions options) =>
        EmbeddedConsensus.Testing.Simulation.Simulation.Run(options);
}
