using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>What to simulate. Everything else follows from the seed.</summary>
internal sealed record SimulationOptions
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The number of replicas: 1, 3, 5 or 7; 0 lets the seed choose.</summary>
    public int Replicas { get; init; }

    /// <summary>How long faults and callers run, in virtual seconds. The liveness phase follows.</summary>
    public int VirtualSeconds { get; init; } = 180;

    /// <summary>The faults, and how long they go on, in place of those that the seed draws; null for the
    /// seed's.</summary>
    public FaultSchedule? Schedule { get; init; }

    /// <summary>The mistake that the driver makes on purpose.</summary>
    public SimulatedDefect Defect { get; init; }

    /// <summary>Takes a line for every event of note, or null.</summary>
    public Action<string>? Log { get; init; }
}
