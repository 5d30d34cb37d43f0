namespace EmbeddedConsensus.StateMachine;

/// <summary>What became of a proposal whose id was applied.</summary>
/// <param name="WasExecuted">Whether it was executed. False when it was retracted or refused: then it changed nothing,
/// and never will.</param>
/// <param name="Revision">The store's revision after it; 0 when it was not executed, or the revision is no longer
/// known.</param>
internal readonly record struct ProposalOutcome(bool WasExecuted, long Revision);
