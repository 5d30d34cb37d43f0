using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Tests.Simulation.Faults;

public sealed class FaultScheduleTests
{
    [Fact]
    public void A_schedule_reads_back_as_it_was_written()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            FaultSchedule planned = Plan(seed, replicas: 5) with { MaxCallers = 1 + (int)seed };
            Assert.NotEmpty(planned.Events);
            Assert.Equal(planned, FaultSchedule.Parse(planned.ToText()));
        }
    }

    [Theory]
    [InlineData("", "virtual-seconds")]
    [InlineData("virtual-seconds soon", "number")]
    [InlineData("virtual-seconds 5\n1.0 Earthquake target=1", "kind of fault")]
    [InlineData("virtual-seconds 5\nearly Crash target=1", "time in seconds")]
    [InlineData("virtual-seconds 5\n1.0 Crash target=0", "property")]
    [InlineData("virtual-seconds 5\n1.0 Crash colour=red", "colour")]
    public void A_text_that_is_no_schedule_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(
            reason, Assert.Throws<FormatException>(() => FaultSchedule.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Comments_and_empty_lines_are_skipped_and_events_are_put_in_order()
    {
        FaultSchedule schedule = FaultSchedule.Parse("""
            # how to replay it
            virtual-seconds 9

            4.5 Pause target=leader for=2
            1.25 Crash target=1+3 for=0.5
            """);
        Assert.Equal(9, schedule.VirtualSeconds);
        Assert.Equal([FaultKind.Crash, FaultKind.Pause], schedule.Events.Select(item => item.Kind));
        Assert.True(schedule.Events[0].Target.Includes(2, leader: -1));
        Assert.False(schedule.Events[0].Target.Includes(1, leader: -1));
        Assert.True(schedule.Events[1].Target.Includes(4, leader: 4));
        Assert.Equal(2_000_000, schedule.Events[1].DurationMicros);
    }

    [Fact]
    public void Every_kind_of_fault_is_on_for_some_seeds_and_off_for_others()
    {
        List<HashSet<FaultKind>> on =
            [
                .. Enumerable.Range(0, 100)
                    .Select(seed => Plan((ulong)seed, 3).Events.Select(item => item.Kind).ToHashSet()),
            ];
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            int seeds = on.Count(kinds => kinds.Contains(kind));
            Assert.True(seeds is > 5 and < 95, $"{kind} is on in {seeds} of 100 seeds");
        }
    }

    [Fact]
    public void A_lone_replica_has_no_faults_of_the_network()
    {
        for (ulong seed = 0; seed < 30; seed++)
        {
            Assert.DoesNotContain(Plan(seed, replicas: 1).Events,
                item => item.Kind is >= FaultKind.Partition and <= FaultKind.MessageReordering);
        }
    }

    [Fact]
    public void A_run_with_the_schedule_of_its_seed_is_the_run_of_the_seed()
    {
        SimulationOptions options = new() { Seed = 11, Replicas = 3, VirtualSeconds = 10 };
        SimulationResult planned = EmbeddedConsensus.Testing.Simulation.Simulation.Run(options);
        SimulationResult given = EmbeddedConsensus.Testing.Simulation.Simulation.Run(
            options with { Schedule = FaultSchedule.Parse(planned.Schedule.ToText()) });
        Assert.Equal(planned.TraceHash, given.TraceHash);
    }

    [Fact]
    public void Up_to_the_first_fault_that_is_left_out_the_run_is_the_same()
    {
        SimulationOptions options = new() { Seed = 4, Replicas = 3, VirtualSeconds = 6 };
        FaultSchedule schedule = FaultSchedule.Parse("virtual-seconds 6\n5.5 Crash target=2 for=0.1");
        List<string> with = [];
        List<string> without = [];
        EmbeddedConsensus.Testing.Simulation.Simulation.Run(options with { Schedule = schedule, Log = with.Add });
        EmbeddedConsensus.Testing.Simulation.Simulation.Run(
            options with { Schedule = FaultSchedule.Quiet(6), Log = without.Add });
        int before = with.FindIndex(line => line.Contains("crashes", StringComparison.Ordinal));
        Assert.True(before > 2, string.Join('\n', with));
        Assert.Equal(without.Take(before), with.Take(before));
    }

    private static FaultSchedule Plan(ulong seed, int replicas) =>
        FaultPlanner.Plan(new SimulationRandom(seed), replicas, virtualSeconds: 180);
}
