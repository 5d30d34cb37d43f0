namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Unwinds what a replica was doing when its process ended.</summary>
internal sealed class SimulatedCrashException : Exception;
