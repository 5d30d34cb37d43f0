using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>What the consensus lane does not do itself. Called on its thread; returns at once.</summary>
internal interface IConsensusLoopEvents
{
    /// <summary>Sends, writes, applies and reads what the node wants.</summary>
    void Execute(RaftEffects effects);

    /// <summary>A turn is over.</summary>
    /// <param name="view">What the replica is now.</param>
    /// <param name="node">Its consensus state.</param>
    void TurnEnded(ReplicaView view, RaftNode node);

    /// <summary>A snapshot is due.</summary>
    void TakeSnapshot();

    /// <summary>Messages may go to other members, or elsewhere, from now on.</summary>
    void PeersChanged(ImmutableArray<ClusterMember> peers);

    /// <summary>Another member proposes what no member could execute. Told once.</summary>
    /// <param name="fault">What is wrong with it.</param>
    void ProposalDropped(string fault);

    /// <summary>This member does not belong to the cluster. The effects so far were carried out; none follow.</summary>
    /// <param name="reason">Why; what every call gets.</param>
    void Left(ConsensusStoreException reason);

    /// <summary>A turn failed, or somebody reported a fault: nothing goes out any more.</summary>
    void Faulted(Exception exception);
}
