namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Compacts the history. A command of its own only, so it is no public operation.</summary>
/// <param name="Revision">The oldest revision that stays readable.</param>
internal sealed record CompactOperation(long Revision) : Operation;
