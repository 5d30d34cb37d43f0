using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>One write to the log: entries, a hard state, or both, made durable together.</summary>
/// <param name="Entries">Entries with consecutive indices, or none. The first one's index lies in the log or directly
/// behind its end; where it lies in the log, it and all that follow are overridden.</param>
/// <param name="HardState">The new hard state, or null when it did not change.</param>
public readonly record struct LogAppend(ReadOnlyMemory<LogEntry> Entries, HardState? HardState);
