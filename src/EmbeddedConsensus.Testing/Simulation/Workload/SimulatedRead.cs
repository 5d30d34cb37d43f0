using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>A linearizable read that waits.</summary>
internal sealed class SimulatedRead(Action released, Action<Exception> failed) : PendingRead
{
    /// <inheritdoc />
    protected override void OnReleased() => released();

    /// <inheritdoc />
    protected override void OnFailed(Exception exception) => failed(exception);
}
