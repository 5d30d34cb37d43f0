namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>What arrived from a peer breaks the protocol. The connection that it came over is closed.</summary>
internal class ProtocolException : ConsensusStoreException
{
    /// <summary>Creates the error with a message.</summary>
    public ProtocolException(string message) : base(message)
    {
    }

    /// <summary>Creates the error with a message and its cause.</summary>
    public ProtocolException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>Whether the peer belongs to another cluster.</summary>
    public bool IsWrongCluster { get; init; }

    /// <summary>Whether the peer could not see that this process is the member that it claims to be.</summary>
    public bool IsUnproven { get; init; }
}
