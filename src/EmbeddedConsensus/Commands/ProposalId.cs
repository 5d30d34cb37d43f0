namespace EmbeddedConsensus.Commands;

/// <summary>Identifies a proposal forever: a proposal that is in the log twice is executed once (design decision
/// D7).</summary>
/// <param name="Origin">The member whose caller made the call.</param>
/// <param name="Incarnation">The run of that member: it grows with every start.</param>
/// <param name="Sequence">The number of the proposal in that run, from 1.</param>
internal readonly record struct ProposalId(MemberId Origin, ulong Incarnation, ulong Sequence);
