namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Revokes a lease, or deletes a further piece of the keys of one that has ended.</summary>
/// <param name="Lease">The id.</param>
internal sealed record LeaseRevokeOperation(long Lease) : Operation;
