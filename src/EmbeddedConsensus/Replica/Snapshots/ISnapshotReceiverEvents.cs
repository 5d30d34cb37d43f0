using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica;

/// <summary>Takes what <see cref="SnapshotReceiver"/> reports, from any thread.</summary>
internal interface ISnapshotReceiverEvents
{
    /// <summary>A piece is written.</summary>
    void ChunkWritten(ulong stepId);

    /// <summary>The snapshot is durable and visible.</summary>
    void Published(ulong stepId);

    /// <summary>The snapshot is loaded: it may replace the state.</summary>
    void Restored(SnapshotReceiveEffect step, ReplicatedStateMachine machine);
}
