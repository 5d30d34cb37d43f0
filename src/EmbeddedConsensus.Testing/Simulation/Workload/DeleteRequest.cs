namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Deletes keys.</summary>
internal sealed record DeleteRequest(KeyRange Range, bool ReturnPrevious) : WriteRequest
{
    /// <inheritdoc />
    public override Operation Operation => new DeleteOperation(Range, ReturnPrevious);
}
