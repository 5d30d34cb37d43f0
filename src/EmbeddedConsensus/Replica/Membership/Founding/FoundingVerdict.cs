using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>What a founder concludes from the answers of one round.</summary>
/// <param name="Refusal">Why the founder may never take part as it was started; null when it may.</param>
/// <param name="Reports">What consensus is to learn.</param>
/// <param name="Waits">For which founders it waits, and why, in words; empty when it waits for none.</param>
internal sealed record FoundingVerdict(string? Refusal, ImmutableArray<FounderReport> Reports, string Waits);
