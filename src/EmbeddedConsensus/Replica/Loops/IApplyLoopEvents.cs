using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>Takes what the apply thread reports. Called on that thread; returns at once.</summary>
internal interface IApplyLoopEvents : IFaultEvents
{
    /// <summary>All entries up to an index are applied and published.</summary>
    /// <param name="index">The index.</param>
    /// <param name="bytes">The size of the entries since the last report.</param>
    void Applied(ulong index, long bytes);

    /// <summary>There are events to distribute to the watchers.</summary>
    void EventsPublished();

    /// <summary>The state is pinned for a snapshot: the receiver writes it out and disposes of it.</summary>
    void Captured(StateSnapshot snapshot);

    /// <summary>The state was replaced by that of a snapshot from the leader.</summary>
    /// <param name="step">The step that asked for it.</param>
    /// <param name="machine">The state now, before any further entry is applied to it.</param>
    void Restored(SnapshotReceiveEffect step, ReplicatedStateMachine machine);

    /// <summary>The log holds a command that no member can execute; all drop it. Reported once.</summary>
    /// <param name="fault">What is wrong with it.</param>
    void CommandDropped(string fault);

    /// <summary>A write for the leases is to be proposed.</summary>
    void Propose(LeaseProposal proposal);
}
