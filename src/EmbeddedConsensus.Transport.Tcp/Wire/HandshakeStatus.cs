namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>What an acceptor answers to a handshake. The values go over the wire: never renumber them.</summary>
internal enum HandshakeStatus : byte
{
    /// <summary>The connection stands.</summary>
    Accepted = 0,

    /// <summary>No version of the protocol is known to both.</summary>
    VersionMismatch = 1,

    /// <summary>The acceptor belongs to another cluster.</summary>
    WrongCluster = 2,

    /// <summary>The acceptor is another member than the dialer wants to reach.</summary>
    WrongMember = 3,

    /// <summary>The acceptor has seen a later start of the dialer, or a later connection of this start.</summary>
    Stale = 4,

    /// <summary>The acceptor does not know the lane.</summary>
    UnknownLane = 5,

    /// <summary>The dialer did not prove to be the process at the address that the acceptor has for the member that it
    /// claims to be. The acceptor may not have reached that address yet: then a later attempt succeeds.</summary>
    Unproven = 6,
}
