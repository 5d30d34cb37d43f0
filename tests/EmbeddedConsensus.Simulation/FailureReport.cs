using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Simulation;

/// <summary>Reports a failed seed: the broken invariant, how to replay it, and the smallest schedule that still
/// fails.</summary>
internal sealed class FailureReport(RunnerOptions options, TextWriter output)
{
    private const int MaxShrinkRuns = 500;
    private static readonly TimeSpan MaxShrinkTime = TimeSpan.FromMinutes(1);

    private static string Command => "dotnet run -c Release --project tests/EmbeddedConsensus.Simulation --";

    private string Arguments => $"--replicas {options.Replicas}"
        + (options.Defect == SimulatedDefect.None ? "" : $" --defect {options.Defect}");

    /// <summary>Writes what failed and how to replay it.</summary>
    public void Write(SimulationResult result, SimulationFailedException failure)
    {
        output.WriteLine();
        output.WriteLine($"FAILED seed {result.Seed}, {result.Replicas} replicas, at "
            + $"{(result.Statistics.VirtualMicros / 1e6).ToString("F6", CultureInfo.InvariantCulture)} s: "
            + failure.Invariant);
        output.WriteLine($"  {failure.Details}");
        output.WriteLine($"  replay: {Command} --seeds {result.Seed} {Arguments} "
            + $"--virtual-seconds {options.VirtualSeconds} --verbose");
        output.WriteLine();
    }

    /// <summary>Searches for a smaller schedule that fails in the same way.</summary>
    /// <param name="simulation">The failed simulation.</param>
    /// <param name="result">Its result.</param>
    /// <returns>The schedule, with the command that replays it.</returns>
    public string Shrink(SimulationOptions simulation, SimulationResult result)
    {
        Stopwatch time = Stopwatch.StartNew();
        ScheduleShrinker shrinker = new(
            schedule => Testing.Simulation.Simulation.Run(simulation with { Schedule = schedule }).Failure?.Invariant
                == result.Failure!.Invariant,
            MaxShrinkRuns,
            () => time.Elapsed > MaxShrinkTime);
        FaultSchedule smallest = shrinker.Shrink(result.Schedule, result.Statistics.VirtualMicros);
        return $"seed {result.Seed}: {result.Failure!.Invariant} needs {smallest.Events.Length} of "
            + $"{result.Schedule.Events.Length} faults, found in {shrinker.Runs} runs:\n"
            + $"# {Command} --seeds {result.Seed} {Arguments} --schedule FILE --verbose\n"
            + smallest.ToText();
    }
}
