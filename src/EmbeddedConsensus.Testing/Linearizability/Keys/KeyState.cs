namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A key as the search of its calls sees it.</summary>
/// <param name="Exists">Whether it is there.</param>
/// <param name="Value">What it holds.</param>
/// <param name="Version">How often it was put since it came into being.</param>
/// <param name="NextRank">The rank of the next write that made a known revision.</param>
internal readonly record struct KeyState(bool Exists, Value Value, long Version, int NextRank);
