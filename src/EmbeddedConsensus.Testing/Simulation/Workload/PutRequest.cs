namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Puts a key.</summary>
internal sealed record PutRequest(Key Key, Value Value, bool ReturnPrevious, long Lease = 0) : WriteRequest
{
    /// <inheritdoc />
    public override Operation Operation => new PutOperation(Key, Value, ReturnPrevious, Lease);
}
