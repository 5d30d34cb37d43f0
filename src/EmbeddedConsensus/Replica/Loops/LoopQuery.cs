using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A query that the consensus thread answers between two inputs, or fails like every other call.</summary>
internal abstract class LoopQuery : PendingCall
{
    /// <summary>Answers it. Runs on the consensus thread.</summary>
    public abstract void Answer(ReplicaCore core);
}
