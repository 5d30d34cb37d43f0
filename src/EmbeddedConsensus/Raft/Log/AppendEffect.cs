using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>Make entries, a hard state, or both durable with one flush. Appends are written in the order of their ids,
/// several may be in flight, and each ends in one call of <see cref="RaftNode.AppendCompleted"/>, in the same order.
/// </summary>
/// <param name="Id">Names the append.</param>
/// <param name="Entries">Consecutive entries in one or more slices; none when only the hard state changed. Where the
/// first one's index lies within the log, it and all that follow are overridden. The memory never changes.</param>
/// <param name="HardState">The new hard state, or null when it did not change.</param>
/// <param name="HasVote">Whether the hard state holds a vote that is cast with this append, or what a founder agrees
/// to: it must outlast damage to the end of the log.</param>
internal readonly record struct AppendEffect(
    ulong Id, ImmutableArray<ReadOnlyMemory<LogEntry>> Entries, HardState? HardState, bool HasVote = false);
