using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>Executes the effects of consensus. Called on its thread; returns at once.</summary>
internal interface IEffectExecutor
{
    /// <summary>Sends, writes, applies and reads what the node asks for.</summary>
    void Execute(RaftEffects effects);

    /// <summary>Takes a snapshot of the applied state.</summary>
    /// <param name="isSending">Whether a peer is being sent one.</param>
    void TakeSnapshot(bool isSending);

    /// <summary>From now on messages may go to other members, or to other addresses.</summary>
    void UsePeers(ImmutableArray<ClusterMember> peers);
}
