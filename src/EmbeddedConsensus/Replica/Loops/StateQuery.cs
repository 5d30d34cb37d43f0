using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A question about state that only the apply thread reads, which answers it between two pages.</summary>
internal abstract class StateQuery
{
    /// <summary>Answers it. Runs on the apply thread.</summary>
    public abstract void Answer(ReplicatedStateMachine machine);

    /// <summary>The replica has ended.</summary>
    public abstract void Fail(Exception reason);
}
