namespace EmbeddedConsensus.Commands;

/// <summary>Names a proposal for ever: a proposal that stands in the log twice is executed once (design decision
/// D7).</summary>
/// <param name="Origin">The member whose caller made the call.</param>
/// <param name="Incarnation">Which life of that member: it grows with every start.</param>
/// <param name="Sequence">The number of the proposal in that life, from 1.</param>
internal readonly record struct ProposalId(MemberId Origin, ulong Incarnation, ulong Sequence);
