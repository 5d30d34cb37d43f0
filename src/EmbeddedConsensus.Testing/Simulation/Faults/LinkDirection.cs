namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Which messages a fault of the network concerns.</summary>
internal enum LinkDirection : byte
{
    /// <summary>Those of both directions.</summary>
    Both,

    /// <summary>Those that the target sends: nobody hears it.</summary>
    Outgoing,

    /// <summary>Those to the target: it hears nobody.</summary>
    Incoming,
}
