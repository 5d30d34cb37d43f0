using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Compacts the history.</summary>
internal sealed record CompactRequest(long Revision) : WriteRequest
{
    /// <inheritdoc />
    public override Operation Operation => new CompactOperation(Revision);
}
