using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// What of a replica survives a crash: the durable layer of its log, hard state and snapshots, in records that a
/// checksum protects. The volatile layer, writes that are not flushed, is <see cref="SimulatedLogBatcher"/>.
/// </summary>
internal sealed partial class SimulatedDisk
{
    private const int RevivableEntries = 64;

    private readonly List<LogEntry> _entries = [];

    // The record of each entry.
    private readonly List<DiskRecord> _records = [];
    private readonly List<LogEntry> _dropped = [];
    private readonly List<SimulatedSnapshot> _snapshots = [];
    private DiskRecord _hardStateRecord = new(0, 0);
    private ReadOnlyMemory<byte> _hardState;
    private ReadOnlyMemory<byte> _previousHardState;
    private ulong _flush = 1;

    /// <summary>The number of the replica's present life.</summary>
    public ulong Incarnation { get; private set; }

    /// <summary>The durable hard state, as a replica reads it.</summary>
    public HardState HardState
    {
        get => HardStateCodec.Decode(_hardState.Span);
        private set => _hardState = HardStateCodec.Encode(value);
    }

    /// <summary>The position after which the log begins.</summary>
    public LogPosition Start { get; private set; }

    /// <summary>The last index of the log.</summary>
    public ulong LastIndex => Start.Index + (ulong)_entries.Count;

    /// <summary>The published snapshot with the highest index.</summary>
    public SimulatedSnapshot? NewestSnapshot => _snapshots.Count == 0 ? null : _snapshots[^1];

    /// <summary>The latest configuration in the log or the newest snapshot; null when there is none.</summary>
    public ClusterConfiguration? LatestConfiguration
    {
        get
        {
            LogEntry last = _entries.FindLast(entry => entry.Kind == LogEntryKind.Configuration);
            return last.Kind == LogEntryKind.Configuration && !IsDamaged
                ? ClusterConfigurationCodec.Decode(last.Data.Span)
                : NewestSnapshot?.Metadata.Configuration;
        }
    }

    /// <summary>Puts a record on the disk. It is durable, and counts as acknowledged, after the next
    /// <see cref="Flushed"/>.</summary>
    /// <param name="entries">Entries to append, or none.</param>
    /// <param name="hardState">The new hard state; empty when it did not change.</param>
    /// <param name="hasVote">Whether a vote is cast: it is on the disk twice, and nothing before it can get lost
    /// unnoticed.</param>
    public void Write(ReadOnlySpan<LogEntry> entries, ReadOnlyMemory<byte> hardState, bool hasVote = false)
    {
        DiskRecord record = new(_flush, entries.IsEmpty ? 0 : entries[^1].Index);
        NoteForLoss(entries, hardState, hasVote);
        if (!hardState.IsEmpty)
        {
            _previousHardState = _hardState;
            _hardState = hardState;
            _hardStateRecord = record;
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

        Truncate((int)(first - Start.Index - 1));
        _entries.AddRange(entries);
        for (int i = 0; i < entries.Length; i++)
        {
            _records.Add(record);
        }
    }

    /// <summary>Everything written so far is durable.</summary>
    public void Flushed() => _flush++;

    /// <summary>Forgets the log up to a position.</summary>
    public void Drop(LogPosition through)
    {
        if (through.Index <= Start.Index)
        {
            return;
        }

        _dropped.Clear();
        _undo.Clear();
        if (through.Index > LastIndex || _entries[(int)(through.Index - Start.Index - 1)].Term != through.Term)
        {
            // A snapshot replaces a log that is not the leader's; nothing of it comes back.
            Truncate(0);
        }
        else
        {
            int count = (int)(through.Index - Start.Index);
            _dropped.AddRange(_entries[Math.Max(0, count - RevivableEntries)..count]);
            _entries.RemoveRange(0, count);
            _records.RemoveRange(0, count);
        }

        Start = through;
        ForgetDamageBelow(through.Index);
    }

    /// <summary>Makes a snapshot durable and visible.</summary>
    public void Publish(SimulatedSnapshot snapshot)
    {
        _snapshots.RemoveAll(other => other.Descriptor.Position.Index == snapshot.Descriptor.Position.Index);
        _snapshots.Add(snapshot);
        _snapshots.Sort((a, b) => a.Descriptor.Position.Index.CompareTo(b.Descriptor.Position.Index));
    }

    /// <summary>Deletes the snapshots below an index; reads that are under way may go on.</summary>
    public void DeleteSnapshotsBelow(ulong index) =>
        _snapshots.RemoveAll(snapshot => snapshot.Descriptor.Position.Index < index);

    /// <summary>Deletes the snapshot at an index.</summary>
    public void DeleteSnapshot(ulong index) =>
        _snapshots.RemoveAll(snapshot => snapshot.Descriptor.Position.Index == index);

    /// <summary>Deletes a snapshot that cannot be loaded, as an operator does after a crash in the one moment in which
    /// the replica could not.</summary>
    public void DeleteUnreadableSnapshot() => _snapshots.RemoveAll(snapshot => snapshot.IsUnreadable);

    /// <summary>Reads entries; none when they are no longer, or not, in the log.</summary>
    /// <exception cref="StorageCorruptedException">One of them is damaged.</exception>
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

        for (int i = from; i < from + count; i++)
        {
            Verify(_records[i], $"entry {_entries[i].Index}");
        }

        return [.. _entries[from..(from + count)]];
    }

    /// <summary>Whether an entry was made durable here, in the log or in a snapshot.</summary>
    public bool Holds(LogPosition position) =>
        position.Index <= Start.Index
        || (NewestSnapshot is { } snapshot && position.Index <= snapshot.Descriptor.Position.Index)
        || (position.Index <= LastIndex && _entries[(int)(position.Index - Start.Index - 1)].Term == position.Term)
        || _lostWithDoubt.Contains(position);

    /// <summary>A crash: what was dropped last may come back, which a log storage is free to let happen.</summary>
    public void Crash(SimulationRandom random)
    {
        int revived = _dropped.Count == 0 ? 0 : random.Below(_dropped.Count);
        if (revived > 0 && _dropped[^1].Index == Start.Index)
        {
            Start = _dropped[^(revived + 1)].Position;
            _entries.InsertRange(0, _dropped[^revived..]);
            _records.InsertRange(0, Enumerable.Repeat(new DiskRecord(0, _dropped[^1].Index), revived));
        }

        _dropped.Clear();
    }

    /// <summary>Breaks the disk's promise: the last vote is forgotten.</summary>
    public void ForgetVote() => HardState = HardState with { Vote = MemberId.None };

    /// <summary>Breaks the disk's promise: the last entries and the hard state written with them are
    /// forgotten.</summary>
    public void LoseTail(int entries)
    {
        Truncate(_entries.Count - Math.Min(entries, _entries.Count));
        HardState previous = HardStateCodec.Decode(_previousHardState.Span);
        HardState = previous with { Commit = Math.Min(previous.Commit, LastIndex) };
    }

    /// <summary>Opens the disk for a new life of the replica.</summary>
    /// <param name="now">The time of day, as the replica believes it to be.</param>
    /// <exception cref="StorageCorruptedException">A record that had been durable is damaged.</exception>
    /// <exception cref="StorageException">The disk is full: the new life cannot be named.</exception>
    public StoredLog Recover(DateTimeOffset now)
    {
        if (IsFull)
        {
            throw new StorageException("The disk is full. Free some space, then start the member again.");
        }

        if (_damaged.Count > 0)
        {
            Verify(_damaged[0], "a record of the log");
        }

        Incarnation = StoredLog.NextIncarnation(Incarnation, now);
        Flushed();
        List<TermStart> terms = [];
        foreach (LogEntry entry in _entries)
        {
            if (terms.Count == 0 || terms[^1].Term != entry.Term)
            {
                terms.Add(new TermStart(entry.Index, entry.Term));
            }
        }

        return new StoredLog(_hardState, Start, LastIndex, terms)
        {
            Incarnation = Incarnation,
            MayLackTail = _mayLackTail,
            ConfigurationEntries = [.. _entries.Where(entry => entry.Kind == LogEntryKind.Configuration)],
        };
    }

    private void Truncate(int count)
    {
        _entries.RemoveRange(count, _entries.Count - count);
        _records.RemoveRange(count, _records.Count - count);
    }
}
