using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Notes how much of the time of leases is left, for members that will not know it themselves: those that
/// start later.</summary>
/// <param name="Marks">The leases, as the leader saw them.</param>
internal sealed record LeaseCheckpointOperation(IReadOnlyList<LeaseMark> Marks) : Operation;
