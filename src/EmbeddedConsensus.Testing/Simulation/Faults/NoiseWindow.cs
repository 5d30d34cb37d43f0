namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>A spell of loss, delay, repetition or reordering on some links, with a random stream of its own.</summary>
internal sealed class NoiseWindow(FaultEvent fault, SimulationRandom random)
{
    /// <summary>What happens.</summary>
    public FaultKind Kind => fault.Kind;

    /// <summary>Its random stream.</summary>
    public SimulationRandom Random => random;

    /// <summary>How hard it strikes.</summary>
    public double Intensity => fault.Intensity;

    /// <summary>Whether it strikes this time.</summary>
    public bool Strikes() => random.Chance(fault.Intensity);

    /// <summary>Whether it concerns messages of a link.</summary>
    public bool Concerns(int from, int to, int leader) =>
        (fault.Direction != LinkDirection.Incoming
            && fault.Target.Includes(from, leader) && fault.Peer.Includes(to, leader))
        || (fault.Direction != LinkDirection.Outgoing
            && fault.Target.Includes(to, leader) && fault.Peer.Includes(from, leader));
}
