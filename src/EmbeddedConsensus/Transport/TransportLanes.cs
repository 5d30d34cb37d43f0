using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport;

/// <summary>Maps messages to lanes.</summary>
[Experimental("ECS0002")]
public static class TransportLanes
{
    /// <summary>The number of lanes that carry messages; their values are 0 to <c>Count - 1</c>.</summary>
    public const int Count = 2;

    /// <summary>The lane of a kind of message.</summary>
    /// <param name="type">The kind.</param>
    public static TransportLane Of(RaftMessageType type) =>
        type is RaftMessageType.SnapshotChunk or RaftMessageType.SnapshotChunkResponse
            ? TransportLane.Snapshot
            : TransportLane.Consensus;
}
