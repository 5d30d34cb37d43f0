namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>What a revocation has come to.</summary>
/// <param name="IsComplete">Whether the last of the lease's keys is deleted.</param>
internal sealed record LeaseEnded(bool IsComplete);
