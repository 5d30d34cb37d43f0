namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Puts a key.</summary>
internal sealed record PutRequest(Key Key, Value Value, bool ReturnPrevious) : WriteRequest
{
    /// <inheritdoc />
    public override Operation Operation => new PutOperation(Key, Value, ReturnPrevious);
}
