using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A question that the consensus lane answers between two inputs, or fails like every other call.</summary>
internal abstract class LoopQuery : PendingCall
{
    /// <summary>Answers. Runs on the lane.</summary>
    public abstract void Answer(ReplicaCore core);
}
