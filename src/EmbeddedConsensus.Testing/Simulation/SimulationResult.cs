using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>How a simulation ended.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Replicas">The number of replicas.</param>
/// <param name="Schedule">What went wrong.</param>
/// <param name="TraceHash">The hash of all that happened.</param>
/// <param name="Statistics">What happened, counted.</param>
/// <param name="Failure">The broken promise, or null.</param>
internal sealed record SimulationResult(
    ulong Seed,
    int Replicas,
    FaultSchedule Schedule,
    ulong TraceHash,
    SimulationStatistics Statistics,
    SimulationFailedException? Failure);
