using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Tests.Simulation.Faults;

public sealed class CrashPointTests
{
    public static TheoryData<string> Points => [.. Enum.GetNames<CrashPoint>()];

    [Theory]
    [MemberData(nameof(Points))]
    [Trait("Scenario", "1")]
    [Trait("Scenario", "33")]
    [Trait("Scenario", "34")]
    [Trait("Scenario", "35")]
    [Trait("Scenario", "36")]
    public void A_process_may_end_at_every_boundary_and_no_promise_is_broken(string point)
    {
        CrashPoint wanted = Enum.Parse<CrashPoint>(point);
        long crashes = 0;
        for (ulong seed = 1; crashes < 3; seed++)
        {
            Assert.True(seed <= 40, $"{crashes} crashes at {point} in 40 seeds");
            SimulationResult result = EmbeddedConsensus.Testing.Simulation.Simulation.Run(new SimulationOptions
            {
                Seed = seed,
                Replicas = 3,
                Schedule = Schedule(wanted),
            });
            Assert.True(result.Failure is null, $"seed {seed}, {point}: {result.Failure?.Message}");
            crashes += result.Statistics.PointsCrashed[wanted];
        }
    }

    [Fact]
    [Trait("Scenario", "35")]
    public void The_faults_of_some_seeds_pass_every_boundary_and_end_processes_at_most_of_them()
    {
        SimulationStatistics total = Seeds.RequirePasses(first: 3_000, count: 80, replicas: 3);
        Assert.DoesNotContain(total.PointsPassed.Counts(), point => point.Count == 0);
        Assert.InRange(total.PointsCrashed.Counts().Count(point => point.Count > 0), 15, 28);
    }

    // One member after the other is away for long enough to need a snapshot when it is back.
    private static FaultSchedule Schedule(CrashPoint point)
    {
        List<FaultEvent> events = [];
        for (int second = 1; second < 30; second++)
        {
            events.Add(new FaultEvent(second * 1_000_000, FaultKind.CrashAtPoint, FaultTarget.All)
            {
                Point = point,
                Amount = 1 + (second % 5),
                DurationMicros = 100_000,
            });
            if (second % 4 == 0)
            {
                events.Add(new FaultEvent(second * 1_000_000, FaultKind.Crash, FaultTarget.Leader)
                {
                    DurationMicros = 50_000,
                });
            }

            if (second % 5 == 1)
            {
                events.Add(new FaultEvent(second * 1_000_000, FaultKind.ReplaceMember, FaultTarget.All)
                {
                    Amount = second,
                });
            }

            if (second % 9 == 2)
            {
                events.Add(new FaultEvent(second * 1_000_000, FaultKind.Partition, FaultTarget.Of(second / 9 % 3))
                {
                    DurationMicros = 6_000_000,
                });
            }
        }

        return new FaultSchedule(VirtualSeconds: 30, FaultSchedule.ManyCallers, [.. events]);
    }
}
