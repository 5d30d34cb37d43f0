namespace EmbeddedConsensus.Transport;

/// <summary>The ways on which members speak side by side. The values go over the wire: never renumber them.</summary>
public enum TransportLane : byte
{
    /// <summary>Everything that keeps the cluster alive and replicates the log.</summary>
    Consensus = 0,

    /// <summary>The pieces of snapshots, and their answers.</summary>
    Snapshot = 1,

    /// <summary>Requests with their answers (<see cref="ITransport.RequestAsync"/>), each by itself: no message travels
    /// here.</summary>
    Request = 2,
}
