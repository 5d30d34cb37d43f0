using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>What one member has on disk: written is only what was completed, in order, so a crash loses the
/// rest.</summary>
internal sealed class SimulatedDisk
{
    private readonly Queue<(AppendEffect? Append, LogDropEffect? Drop)> _pending = new();
    private readonly List<LogEntry> _entries = [];
    private LogPosition _start;

    public HardState HardState { get; private set; }

    public ulong LastIndex => _start.Index + (ulong)_entries.Count;

    public SnapshotMetadata? Snapshot { get; private set; }

    public byte[] SnapshotData { get; private set; } = [];

    public int PendingAppends => _pending.Count(write => write.Append is not null);

    public bool HasPending => _pending.Count > 0;

    public IReadOnlyList<LogEntry> Entries => _entries;

    public void Preset(HardState hardState, IEnumerable<ulong> terms)
    {
        HardState = hardState;
        foreach (ulong term in terms)
        {
            _entries.Add(new LogEntry((ulong)_entries.Count + 1, term, LogEntryKind.Command, default));
        }
    }

    public void Submit(RaftEffects effects)
    {
        if (effects.Append is { } append)
        {
            _pending.Enqueue((append, null));
        }

        if (effects.LogDrop is { } drop)
        {
            _pending.Enqueue((null, drop));
        }
    }

    /// <summary>Writes up to and with the next append. Returns its id, or zero when there was none.</summary>
    public ulong CompleteNext()
    {
        while (_pending.TryDequeue(out (AppendEffect? Append, LogDropEffect? Drop) write))
        {
            if (write.Drop is { } drop)
            {
                Drop(drop.Through);
            }
            else if (write.Append is { } append)
            {
                Write(append);
                return append.Id;
            }
        }

        return 0;
    }

    public void LosePending() => _pending.Clear();

    public void Publish(SnapshotMetadata metadata, byte[] data)
    {
        if (Snapshot is null || Snapshot.Position.Index < metadata.Position.Index)
        {
            Snapshot = metadata;
            SnapshotData = data;
        }
    }

    public RecoveredLog Recover()
    {
        List<TermStart> terms = [];
        foreach (LogEntry entry in _entries)
        {
            if (terms.Count == 0 || terms[^1].Term != entry.Term)
            {
                terms.Add(new TermStart(entry.Index, entry.Term));
            }
        }

        return new RecoveredLog(HardState, _start, LastIndex, terms)
        {
            ConfigurationEntries = [.. _entries.Where(entry => entry.Kind == LogEntryKind.Configuration)],
        };
    }

    public ReadOnlyMemory<LogEntry> Read(ulong first, ulong last, long maxBytes)
    {
        List<LogEntry> read = [];
        long bytes = 0;
        if (first <= _start.Index || last > LastIndex)
        {
            // Dropped, or replaced by another leader's, after the read was asked for.
            return default;
        }

        for (ulong index = first; index <= last; index++)
        {
            LogEntry entry = _entries[(int)(index - _start.Index - 1)];
            bytes += entry.Size;
            if (read.Count > 0 && bytes > maxBytes)
            {
                break;
            }

            read.Add(entry);
        }

        return read.ToArray();
    }

    private void Write(AppendEffect append)
    {
        foreach (ReadOnlyMemory<LogEntry> slice in append.Entries)
        {
            foreach (LogEntry entry in slice.Span)
            {
                int position = (int)(entry.Index - _start.Index - 1);
                Assert.InRange(position, 0, _entries.Count);
                _entries.RemoveRange(position, _entries.Count - position);
                _entries.Add(entry);
            }
        }

        HardState = append.HardState ?? HardState;
    }

    private void Drop(LogPosition through)
    {
        if (through.Index <= _start.Index)
        {
            return;
        }

        // A log that does not hold the position is a different one: nothing of it continues after the position.
        bool isPrefix = through.Index <= LastIndex
            && _entries[(int)(through.Index - _start.Index - 1)].Term == through.Term;
        _entries.RemoveRange(0, isPrefix ? (int)(through.Index - _start.Index) : _entries.Count);
        _start = through;
    }
}
