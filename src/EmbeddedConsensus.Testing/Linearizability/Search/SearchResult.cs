namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What a search for a linearization found. Calls are named by their place in the history.</summary>
/// <param name="Verdict">Whether there is one.</param>
/// <param name="Order">The linearization when there is one, otherwise the longest beginning of one that was found.
/// Calls that never returned stand in it only if they had to happen.</param>
/// <param name="Stuck">When there is none: the calls of which one should have come after the longest prefix, and
/// none could.</param>
/// <param name="StatesVisited">How many states the search visited.</param>
public sealed record SearchResult(
    Verdict Verdict, IReadOnlyList<int> Order, IReadOnlyList<int> Stuck, long StatesVisited);
