namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Retracts a proposal whose caller no longer waits. It is proposed under the id of the write that it
/// retracts, and an id is executed once: whichever of the two is first in the log decides.</summary>
internal sealed record RetractOperation : Operation;
