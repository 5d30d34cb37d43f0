namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Renews leases, each by itself.</summary>
/// <param name="Leases">The ids.</param>
internal sealed record LeaseKeepAliveOperation(IReadOnlyList<long> Leases) : Operation;
