using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport;

/// <summary>Tells which lane a message travels on.</summary>
public static class TransportLanes
{
    /// <summary>How many lanes carry messages; their values are 0 to <c>Count - 1</c>.</summary>
    public const int Count = 2;

    /// <summary>The lane of a kind of message.</summary>
    /// <param name="type">The kind.</param>
    public static TransportLane Of(RaftMessageType type) =>
        type is RaftMessageType.SnapshotChunk or RaftMessageType.SnapshotChunkResponse
            ? TransportLane.Snapshot
            : TransportLane.Consensus;
}
