namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Which messages a fault of the network concerns.</summary>
internal enum LinkDirection : byte
{
    /// <summary>Those of both directions.</summary>
    Both,

    /// <summary>From the target: its messages are lost.</summary>
    Outgoing,

    /// <summary>To the target: it receives no messages.</summary>
    Incoming,
}
