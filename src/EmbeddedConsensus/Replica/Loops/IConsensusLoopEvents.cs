using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>Takes what the consensus thread reports of the replica's life. Called on that thread; returns at once.
/// </summary>
internal interface IConsensusLoopEvents
{
    /// <summary>A turn is over.</summary>
    /// <param name="view">What the replica is now.</param>
    /// <param name="node">Its consensus state.</param>
    void TurnEnded(ReplicaView view, RaftNode node);

    /// <summary>Another member forwards proposals that no member could execute. Reported once.</summary>
    /// <param name="fault">What is wrong with the first of them.</param>
    void ProposalDropped(string fault);

    /// <summary>This member does not belong to the cluster. The effects so far were executed; none follow.</summary>
    /// <param name="reason">Why; every call gets it.</param>
    void Left(ConsensusStoreException reason);

    /// <summary>A turn failed, or a fault was reported: no effects follow.</summary>
    /// <param name="reason">Why; every call gets it.</param>
    void Faulted(ReplicaFaultedException reason);
}
