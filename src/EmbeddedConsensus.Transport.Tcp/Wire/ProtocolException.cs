namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>What arrived from a peer breaks the protocol. The connection that it came over is closed.</summary>
internal class ProtocolException(string message) : ConsensusStoreException(message)
{
    /// <summary>Whether the peer belongs to another cluster.</summary>
    public bool IsWrongCluster { get; init; }
}
