using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Ends the leases that the leader found expired, except those that were renewed since, and deletes a piece of
/// the keys of those that have ended.</summary>
/// <param name="Marks">The leases, as the leader saw them.</param>
internal sealed record LeaseExpireOperation(IReadOnlyList<LeaseMark> Marks) : Operation;
