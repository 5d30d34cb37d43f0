namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>A read that a simulated caller makes.</summary>
/// <param name="Range">The keys.</param>
/// <param name="Options">How to read them.</param>
internal sealed record ReadRequest(KeyRange Range, RangeOptions Options);
