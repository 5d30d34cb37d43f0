using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Simulation;

/// <summary>What to run.</summary>
internal sealed record RunnerOptions
{
    /// <summary>The seeds.</summary>
    public required SeedRange[] Seeds { get; init; }

    /// <summary>The number of replicas; 0 lets each seed choose.</summary>
    public required int Replicas { get; init; }

    /// <summary>How long faults go on, in virtual seconds.</summary>
    public required int VirtualSeconds { get; init; }

    /// <summary>What goes wrong, instead of what each seed lets go wrong; or null.</summary>
    public required FaultSchedule? Schedule { get; init; }

    /// <summary>How many seeds run at a time.</summary>
    public required int Jobs { get; init; }

    /// <summary>Whether to write down every event of note.</summary>
    public required bool IsVerbose { get; init; }

    /// <summary>Whether to run each seed twice and compare the trace hashes.</summary>
    public required bool RunsTwice { get; init; }

    /// <summary>The promises of which a broken one ends the run.</summary>
    public required string[] Until { get; init; }

    /// <summary>Whether to look for the smallest schedule with which a seed still fails.</summary>
    public required bool Shrinks { get; init; }

    /// <summary>Whether to report how often each place was passed at which a process can end.</summary>
    public required bool ShowsCoverage { get; init; }

    /// <summary>A mistake to make on purpose.</summary>
    public required SimulatedDefect Defect { get; init; }
}
