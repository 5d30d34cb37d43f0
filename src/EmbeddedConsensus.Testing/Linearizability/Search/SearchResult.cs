namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The result of a search for a linearization. Calls are identified by their position in the
/// history.</summary>
/// <param name="Verdict">Whether there is one.</param>
/// <param name="Order">The linearization if there is one, otherwise the longest prefix found. Calls that never returned
/// are in it only if they had to happen.</param>
/// <param name="Stuck">If there is none: the calls of which one should have come after the longest prefix, and none
/// could.</param>
/// <param name="StatesVisited">The number of states visited.</param>
public sealed record SearchResult(
    Verdict Verdict, IReadOnlyList<int> Order, IReadOnlyList<int> Stuck, long StatesVisited);
