using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>What a log must hold, kept in the plainest way: a conformance check compares the storage with it.</summary>
internal sealed class LogModel
{
    private readonly SortedDictionary<ulong, LogEntry> _entries = [];

    /// <summary>The last dropped entry.</summary>
    public LogPosition Start { get; private set; }

    /// <summary>The last hard state; empty when there was none.</summary>
    public byte[] HardState { get; private set; } = [];

    /// <summary>The index of the last entry.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>An entry of the log.</summary>
    /// <param name="index">Its index.</param>
    public LogEntry this[ulong index] => _entries[index];

    /// <summary>A copy that goes its own way.</summary>
    public LogModel Clone()
    {
        var clone = new LogModel { Start = Start, HardState = HardState, LastIndex = LastIndex };
        foreach ((ulong index, LogEntry entry) in _entries)
        {
            clone._entries.Add(index, entry);
        }

        return clone;
    }

    /// <summary>Applies writes.</summary>
    /// <param name="writes">The writes.</param>
    public void Append(params ReadOnlySpan<LogAppend> writes)
    {
        foreach (LogAppend write in writes)
        {
            foreach (LogEntry entry in write.Entries.Span)
            {
                for (ulong index = entry.Index; index <= LastIndex; index++)
                {
                    _entries.Remove(index);
                }

                _entries[entry.Index] = entry;
                LastIndex = entry.Index;
            }

            HardState = write.HardState.IsEmpty ? HardState : write.HardState.ToArray();
        }
    }

    /// <summary>Drops a prefix.</summary>
    /// <param name="through">The last entry to drop.</param>
    public void DropPrefix(LogPosition through)
    {
        if (through.Index <= Start.Index)
        {
            return;
        }

        bool keepsRest = _entries.TryGetValue(through.Index, out LogEntry entry) && entry.Term == through.Term;
        foreach (ulong index in _entries.Keys.Where(index => !keepsRest || index <= through.Index).ToArray())
        {
            _entries.Remove(index);
        }

        Start = through;
        LastIndex = keepsRest ? LastIndex : through.Index;
    }

    /// <summary>Checks what an opened log says about itself.</summary>
    /// <param name="recovered">What it says.</param>
    public void Check(StoredLog recovered)
    {
        Expect.Equal(
            Convert.ToHexString(HardState), Convert.ToHexString(recovered.HardState.Span), "the recovered hard state");
        Expect.Equal(Start, recovered.Start, "the recovered start");
        Expect.Equal(LastIndex, recovered.LastIndex, "the recovered last index");
        List<TermStart> terms = [];
        foreach (LogEntry entry in _entries.Values)
        {
            if (terms.Count == 0 || terms[^1].Term != entry.Term)
            {
                terms.Add(new TermStart(entry.Index, entry.Term));
            }
        }

        Expect.Equal(string.Join(", ", terms), string.Join(", ", recovered.Terms), "the recovered terms");
        LogEntry[] configurations = [.. _entries.Values.Where(entry => entry.Kind == LogEntryKind.Configuration)];
        Expect.Equal(
            configurations.Length, recovered.ConfigurationEntries.Count, "the number of recovered configuration "
                + "entries");
        for (int i = 0; i < configurations.Length; i++)
        {
            Expect.SameEntry(configurations[i], recovered.ConfigurationEntries[i]);
        }
    }

    /// <summary>Reads a whole log and checks every entry.</summary>
    /// <param name="storage">The log.</param>
    public async Task CheckAsync(ILogStorage storage)
    {
        if (LastIndex > Start.Index)
        {
            await CheckRangeAsync(storage, Start.Index + 1, LastIndex, long.MaxValue).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a range and checks it.</summary>
    /// <param name="storage">The log.</param>
    /// <param name="first">The first entry.</param>
    /// <param name="last">The last entry.</param>
    /// <param name="maxBytes">The limit.</param>
    public async Task CheckRangeAsync(ILogStorage storage, ulong first, ulong last, long maxBytes)
    {
        ReadOnlyMemory<LogEntry> entries =
            await storage.ReadAsync(first, last, maxBytes).ConfigureAwait(false);
        long bytes = 0;
        ulong next = first;
        for (; next <= last && (next == first || bytes + _entries[next].Size <= maxBytes); next++)
        {
            bytes += _entries[next].Size;
        }

        Expect.Equal((int)(next - first), entries.Length, $"the number of entries read from {first} to {last}");
        for (int i = 0; i < entries.Length; i++)
        {
            Expect.SameEntry(_entries[first + (ulong)i], entries.Span[i]);
        }
    }
}
