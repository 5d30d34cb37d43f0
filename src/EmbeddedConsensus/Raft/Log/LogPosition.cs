using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>A place in the log: an index, and the term of the entry there.</summary>
/// <param name="Index">The index; zero is the place before the first entry.</param>
/// <param name="Term">The term of the entry at that index; zero at index zero.</param>
[Experimental("ECS0001")]
public readonly record struct LogPosition(ulong Index, ulong Term);
