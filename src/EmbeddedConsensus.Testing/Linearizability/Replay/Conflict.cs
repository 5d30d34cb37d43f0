namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Why a placement of writes does not explain a result.</summary>
/// <param name="Violation">The violation to report if no placement does.</param>
/// <param name="Reasons">The gaps whose choices cause it: as long as they are unchanged, so is the conflict.</param>
internal sealed record Conflict(Violation Violation, HashSet<long> Reasons);
