using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>Takes what <see cref="SnapshotReceiver"/> reports, from any thread. Returns at once.</summary>
internal interface ISnapshotReceiverEvents : IFaultEvents
{
    /// <summary>A chunk is written.</summary>
    /// <param name="stepId">The id of its effect.</param>
    void ChunkWritten(ulong stepId);

    /// <summary>The snapshot is durable, visible and known to be loadable.</summary>
    /// <param name="stepId">The id of its effect.</param>
    void Published(ulong stepId);

    /// <summary>The snapshot is loaded and replaces the state.</summary>
    /// <param name="step">The step that asked for it.</param>
    /// <param name="machine">The state; the receiver of the event owns it.</param>
    void Loaded(SnapshotReceiveEffect step, ReplicatedStateMachine machine);
}
