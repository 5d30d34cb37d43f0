namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Grants, renews, revokes or ends leases, or notes what is left of them.</summary>
/// <param name="Of">The operation.</param>
internal sealed record LeaseRequest(Operation Of) : WriteRequest
{
    /// <inheritdoc />
    public override Operation Operation => Of;
}
