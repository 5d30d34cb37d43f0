namespace EmbeddedConsensus.Testing.Hostile;

/// <summary>What a <see cref="HostilePeer"/> does with one connection.</summary>
public enum HostileAct
{
    /// <summary>Sends random bytes.</summary>
    Noise,

    /// <summary>Sends a handshake byte by byte, and never the last one.</summary>
    Stall,

    /// <summary>Sends nothing.</summary>
    Silence,

    /// <summary>Sends a handshake with a random version, cluster, member, lane or field.</summary>
    OddHandshake,

    /// <summary>Introduces itself under an id that is no member's, then sends messages.</summary>
    UnknownMember,

    /// <summary>Introduces itself as one of the members, in a later incarnation than any, then sends
    /// messages.</summary>
    Impostor,

    /// <summary>Announces a frame of the largest size and sends a part of it.</summary>
    LongFrame,

    /// <summary>Sends a request of random bytes, or a part of one.</summary>
    OddRequest,

    /// <summary>Says, in a member's name, that the member is somewhere else.</summary>
    FalseAddress,

    /// <summary>Asks, in a member's name, to remove a member.</summary>
    Removal,
}
