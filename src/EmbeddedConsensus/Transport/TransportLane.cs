using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Transport;

/// <summary>The independent streams between two members. The values are on the wire: never renumber them.</summary>
[Experimental("ECS0002")]
public enum TransportLane : byte
{
    /// <summary>Elections, heartbeats, replication and reads.</summary>
    Consensus = 0,

    /// <summary>Snapshot chunks and their replies.</summary>
    Snapshot = 1,

    /// <summary>Requests and their replies (<see cref="ITransport.RequestAsync"/>), each on its own; no Raft messages.
    /// </summary>
    Request = 2,
}
