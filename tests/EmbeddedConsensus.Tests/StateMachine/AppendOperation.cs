namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>An operation of a release that does not exist: puts a key of which the value is made.</summary>
internal sealed record AppendOperation(Key Key) : Operation;
