namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Grants a lease.</summary>
/// <param name="Lease">The id, chosen when the operation was proposed.</param>
/// <param name="TimeToLive">The time to live, in milliseconds.</param>
internal sealed record LeaseGrantOperation(long Lease, long TimeToLive) : Operation;
