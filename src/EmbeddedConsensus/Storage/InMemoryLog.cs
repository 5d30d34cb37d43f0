using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>A log in memory: what <see cref="InMemoryLogStorage"/> keeps on its disk. Not safe for several
/// threads.</summary>
internal sealed class InMemoryLog
{
    private readonly List<LogEntry> _entries = [];

    /// <summary>The last hard state; empty when there was none.</summary>
    public byte[] HardState { get; private set; } = [];

    /// <summary>The last dropped entry.</summary>
    public LogPosition Start { get; private set; }

    /// <summary>How often the log was opened.</summary>
    public ulong Incarnation { get; private set; }

    /// <summary>The index of the last entry.</summary>
    public ulong LastIndex => Start.Index + (ulong)_entries.Count;

    /// <summary>Applies writes that were checked before.</summary>
    /// <param name="writes">The writes, in order.</param>
    public void Append(ReadOnlySpan<LogAppend> writes)
    {
        foreach (LogAppend write in writes)
        {
            ReadOnlySpan<LogEntry> entries = write.Entries.Span;
            if (!entries.IsEmpty)
            {
                int keep = (int)(entries[0].Index - Start.Index - 1);
                _entries.RemoveRange(keep, _entries.Count - keep);
                _entries.AddRange(entries);
            }

            if (!write.HardState.IsEmpty)
            {
                HardState = write.HardState.ToArray();
            }
        }
    }

    /// <summary>Reads entries within bounds that were checked before.</summary>
    /// <param name="firstIndex">The first entry.</param>
    /// <param name="lastIndex">The last entry.</param>
    /// <param name="maxBytes">The limit; one entry is always given.</param>
    public LogEntry[] Read(ulong firstIndex, ulong lastIndex, long maxBytes)
    {
        int from = (int)(firstIndex - Start.Index - 1);
        int limit = (int)(lastIndex - Start.Index);
        int to = from + 1;
        for (long bytes = _entries[from].Size; to < limit && (bytes += _entries[to].Size) <= maxBytes; to++)
        {
        }

        return _entries.GetRange(from, to - from).ToArray();
    }

    /// <summary>Drops the entries up to a position.</summary>
    /// <param name="through">The last entry to drop.</param>
    public void DropPrefix(LogPosition through)
    {
        if (through.Index <= Start.Index)
        {
            return;
        }

        ulong count = through.Index - Start.Index;
        bool known = count <= (ulong)_entries.Count && _entries[(int)count - 1].Term == through.Term;
        _entries.RemoveRange(0, known ? (int)count : _entries.Count);
        Start = through;
    }

    /// <summary>A second log with the same contents.</summary>
    public InMemoryLog Copy()
    {
        InMemoryLog copy = new() { HardState = HardState, Start = Start, Incarnation = Incarnation };
        copy._entries.AddRange(_entries);
        return copy;
    }

    /// <summary>Opens the log.</summary>
    /// <param name="now">The time.</param>
    /// <returns>What the replica that opens it is told.</returns>
    public StoredLog Open(DateTimeOffset now)
    {
        Incarnation = StoredLog.NextIncarnation(Incarnation, now);
        List<TermStart> terms = [];
        foreach (LogEntry entry in _entries)
        {
            if (terms.Count == 0 || terms[^1].Term != entry.Term)
            {
                terms.Add(new TermStart(entry.Index, entry.Term));
            }
        }

        return new StoredLog(HardState, Start, LastIndex, terms)
        {
            Incarnation = Incarnation,
            ConfigurationEntries = [.. _entries.Where(entry => entry.Kind == LogEntryKind.Configuration)],
        };
    }
}
