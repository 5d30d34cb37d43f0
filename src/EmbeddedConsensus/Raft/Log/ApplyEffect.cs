namespace EmbeddedConsensus.Raft;

/// <summary>Apply a page of committed, durable entries to the state machine, in the order of the effects. Progress is
/// reported with <see cref="RaftNode.AppliedTo"/>.</summary>
/// <param name="FirstIndex">The first index.</param>
/// <param name="LastIndex">The last index.</param>
/// <param name="Entries">All entries of the page, or none: then they are not in memory and are read from the log
/// storage, in as many reads as their size asks for.</param>
internal readonly record struct ApplyEffect(ulong FirstIndex, ulong LastIndex, ReadOnlyMemory<LogEntry> Entries)
{
    /// <summary>Whether the entries are to be read from the log storage.</summary>
    public bool NeedsRead => Entries.IsEmpty;
}
