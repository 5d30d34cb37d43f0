namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>One direction of the connection between two replicas.</summary>
internal sealed class SimulatedLink(SimulationRandom random)
{
    /// <summary>The latency of its messages, drawn from its own random stream.</summary>
    public SimulationRandom Random { get; } = random;

    /// <summary>The number of faults that cut it; it works at 0.</summary>
    public int Cuts { get; set; }

    /// <summary>When the last message in order arrives.</summary>
    public long LastArrival { get; set; }

    /// <summary>Whether messages arrive.</summary>
    public bool IsCut => Cuts > 0;
}
