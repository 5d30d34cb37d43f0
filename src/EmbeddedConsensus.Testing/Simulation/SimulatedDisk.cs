using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// What of a replica survives a crash: the durable layer of its log, hard state and snapshots. The volatile layer,
/// writes that are not flushed, is <see cref="SimulatedLogWriter"/>.
/// </summary>
internal sealed class SimulatedDisk
{
    private const int RevivableEntries = 64;

    private readonly List<LogEntry> _entries = [];
    private readonly List<LogEntry> _dropped = [];
    private HardState _previousHardState;

    /// <summary>How often the replica was started.</summary>
    public ulong Incarnation { get; private set; }

    /// <summary>The durable hard state.</summary>
    public HardState HardState { get; private set; }

    /// <summary>The position behind which the log begins.</summary>
    public LogPosition Start { get; private set; }

    /// <summary>The last index of the log.</summary>
    public ulong LastIndex => Start.Index + (ulong)_entries.Count;

    /// <summary>The newest published snapshot.</summary>
    public SimulatedSnapshot? NewestSnapshot { get; private set; }

    /// <summary>Makes an append durable.</summary>
    public void Write(ReadOnlySpan<LogEntry> entries, HardState? hardState)
    {
        if (hardState is { } state)
        {
            _previousHardState = HardState;
            HardState = state;
        }

        if (entries.IsEmpty)
        {
            return;
        }

        ulong first = entries[0].Index;
        if (first <= Start.Index || first > LastIndex + 1)
        {
            throw new SimulationFailedException("Log storage contract",
                $"An append begins at {first}; the log holds ({Start.Index}, {LastIndex}].");
        }

        _entries.RemoveRange((int)(first - Start.Index - 1), (int)(LastIndex + 1 - first));
        _entries.AddRange(entries);
    }

    /// <summary>Forgets the log up to a position.</summary>
    public void Drop(LogPosition through)
    {
        if (through.Index <= Start.Index)
        {
            return;
        }

        _dropped.Clear();
        if (through.Index >= LastIndex)
        {
            _entries.Clear();
        }
        else
        {
            int count = (int)(through.Index - Start.Index);
            _dropped.AddRange(_entries[Math.Max(0, count - RevivableEntries)..count]);
            _entries.RemoveRange(0, count);
        }

        Start = through;
    }

    /// <summary>Makes a snapshot durable and visible, and deletes the one before; whoever reads that may go on.</summary>
    public void Publish(SimulatedSnapshot snapshot) => NewestSnapshot = snapshot;

    /// <summary>Reads entries; none when they are no longer, or not, in the log.</summary>
    public LogEntry[] Read(ulong first, ulong last, long maxBytes)
    {
        if (first <= Start.Index || last > LastIndex || first > last)
        {
            return [];
        }

        int from = (int)(first - Start.Index - 1);
        int count = 1;
        long bytes = _entries[from].Size;
        while (first + (ulong)count <= last && bytes + _entries[from + count].Size <= maxBytes)
        {
            bytes += _entries[from + count].Size;
            count++;
        }

        return [.. _entries[from..(from + count)]];
    }

    /// <summary>Whether an entry is durable here, in the log or in a snapshot.</summary>
    public bool Holds(LogPosition position) =>
        position.Index <= Start.Index
        || (NewestSnapshot is { } snapshot && position.Index <= snapshot.Metadata.Position.Index)
        || (position.Index <= LastIndex && _entries[(int)(position.Index - Start.Index - 1)].Term == position.Term);

    /// <summary>A crash: what was dropped last may come back, which a log storage is free to let happen.</summary>
    public void Crash(SimulationRandom random)
    {
        int revived = _dropped.Count == 0 ? 0 : random.Below(_dropped.Count);
        if (revived > 0 && _dropped[^1].Index == Start.Index)
        {
            Start = _dropped[^(revived + 1)].Position;
            _entries.InsertRange(0, _dropped[^revived..]);
        }

        _dropped.Clear();
    }

    /// <summary>Breaks the disk's promise: the last vote is forgotten.</summary>
    public void ForgetVote() => HardState = HardState with { Vote = MemberId.None };

    /// <summary>Breaks the disk's promise: the last entries and the hard state written with them are forgotten.</summary>
    public void LoseTail(int entries)
    {
        int lost = Math.Min(entries, _entries.Count);
        _entries.RemoveRange(_entries.Count - lost, lost);
        HardState = _previousHardState with { Commit = Math.Min(_previousHardState.Commit, LastIndex) };
    }

    /// <summary>Opens the disk for a new life of the replica.</summary>
    public RecoveredLog Recover()
    {
        Incarnation++;
        List<TermStart> terms = [];
        foreach (LogEntry entry in _entries)
        {
            if (terms.Count == 0 || terms[^1].Term != entry.Term)
            {
                terms.Add(new TermStart(entry.Index, entry.Term));
            }
        }

        return new RecoveredLog(HardState, Start, LastIndex, terms)
        {
            ConfigurationEntries = [.. _entries.Where(entry => entry.Kind == LogEntryKind.Configuration)],
        };
    }
}
