namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Why a placement of writes does not explain an answer.</summary>
/// <param name="Violation">What it looks like if no placement does.</param>
/// <param name="Reasons">The gaps whose choices it comes from: as long as they stay the same, so does the
/// conflict.</param>
internal sealed record Conflict(Violation Violation, HashSet<long> Reasons);
