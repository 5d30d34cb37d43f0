namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Which messages a fault of the network concerns.</summary>
internal enum LinkDirection : byte
{
    /// <summary>Those of both directions.</summary>
    Both,

    /// <summary>Messages that the target sends: it is not heard.</summary>
    Outgoing,

    /// <summary>Messages to the target: it hears no other member.</summary>
    Incoming,
}
