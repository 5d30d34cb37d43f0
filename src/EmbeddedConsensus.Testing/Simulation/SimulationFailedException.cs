namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A simulated cluster did what no cluster may do.</summary>
internal sealed class SimulationFailedException(string invariant, string details) : Exception($"{invariant}: {details}")
{
    /// <summary>The name of the broken promise.</summary>
    public string Invariant { get; } = invariant;

    /// <summary>What happened.</summary>
    public string Details { get; } = details.Replace("\0", "\\0", StringComparison.Ordinal);
}
