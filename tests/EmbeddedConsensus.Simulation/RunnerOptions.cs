using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Simulation;

/// <summary>The options of a run.</summary>
internal sealed record RunnerOptions
{
    /// <summary>The seeds.</summary>
    public required SeedRange[] Seeds { get; init; }

    /// <summary>The number of replicas; 0 lets each seed choose.</summary>
    public required int Replicas { get; init; }

    /// <summary>How long faults are injected, in virtual seconds.</summary>
    public required int VirtualSeconds { get; init; }

    /// <summary>The faults to inject instead of those each seed chooses; or null.</summary>
    public required FaultSchedule? Schedule { get; init; }

    /// <summary>How many seeds run at a time.</summary>
    public required int Jobs { get; init; }

    /// <summary>Whether to print every notable event.</summary>
    public required bool IsVerbose { get; init; }

    /// <summary>Whether to run each seed twice and compare the trace hashes.</summary>
    public required bool RunsTwice { get; init; }

    /// <summary>The promises of which a broken one ends the run.</summary>
    public required string[] Until { get; init; }

    /// <summary>Whether to look for the smallest schedule with which a seed still fails.</summary>
    public required bool Shrinks { get; init; }

    /// <summary>Whether to report how often each crash point was passed.</summary>
    public required bool ShowsCoverage { get; init; }

    /// <summary>A bug to inject on purpose.</summary>
    public required SimulatedDefect Defect { get; init; }
}
