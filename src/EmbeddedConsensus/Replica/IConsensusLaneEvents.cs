using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>What the consensus lane does not do itself. Called on its thread; returns at once.</summary>
internal interface IConsensusLaneEvents
{
    /// <summary>Sends, writes, applies and reads what the node wants.</summary>
    void Execute(RaftEffects effects);

    /// <summary>A snapshot is due.</summary>
    void TakeSnapshot();

    /// <summary>A turn failed, or somebody reported a fault: nothing goes out any more.</summary>
    void Faulted(Exception exception);
}
