namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>What all members of a run have in common.</summary>
/// <param name="Seed">The seed of their callers' choices.</param>
/// <param name="Reads">How their linearizable reads are confirmed.</param>
internal sealed record NodeTraits(int Seed, LinearizableReadMode Reads);
