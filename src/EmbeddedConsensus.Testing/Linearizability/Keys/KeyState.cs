namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A key as the search of its calls sees it.</summary>
/// <param name="Exists">Whether it exists.</param>
/// <param name="Value">Its value.</param>
/// <param name="Version">The number of puts since it was created.</param>
/// <param name="NextRank">The rank of the next write with a known revision.</param>
internal readonly record struct KeyState(bool Exists, Value Value, long Version, int NextRank);
