namespace EmbeddedConsensus.Raft;

/// <summary>The answer to a <see cref="LogReadEffect"/>.</summary>
/// <param name="Id">The id of the effect.</param>
/// <param name="Entries">Entries from the first index wanted on, at least one; none when they are gone, because the log
/// was compacted in the meantime.</param>
internal readonly record struct LogReadResult(ulong Id, ReadOnlyMemory<LogEntry> Entries);
