using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>Where a run of entries of one term begins. Very few of these describe all terms of a log.</summary>
/// <param name="FirstIndex">The first index of the run.</param>
/// <param name="Term">The term of every entry from there to the next run.</param>
[Experimental("ECS0001")]
public readonly record struct TermStart(ulong FirstIndex, ulong Term);
