using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>
/// The log of a node: which terms its entries have, the newest entries themselves, and how far it is handed to the
/// disk, durable, committed, handed to the state machine and applied.
/// </summary>
/// <remarks>
/// The marks are ordered: start ≤ applied ≤ applying ≤ commit ≤ last, applying ≤ stable ≤ issued ≤ last, and commit,
/// applied and applying never fall. Stable and issued fall when a conflicting suffix is replaced.
/// </remarks>
internal sealed class RaftLog
{
    private readonly TermRuns _terms;
    private readonly EntryCache _cache;
    private readonly long _cacheBytes;

    /// <summary>The log that was found at start, after the newest snapshot.</summary>
    /// <param name="recovered">What the log storage held.</param>
    /// <param name="snapshot">The position of the newest snapshot; zero when there is none.</param>
    /// <param name="cacheBytes">The bytes of durable entries to keep in memory.</param>
    public RaftLog(RecoveredLog recovered, LogPosition snapshot, long cacheBytes)
    {
        if (recovered.Start.Index > snapshot.Index || recovered.LastIndex < recovered.Start.Index)
        {
            throw new InvariantViolationException(
                $"The log holds entries ({recovered.Start.Index}, {recovered.LastIndex}] and the newest snapshot ends "
                + $"at {snapshot.Index}: entries between them are missing.");
        }

        _terms = new TermRuns(recovered.Start, recovered.Terms);
        _cache = new EntryCache(recovered.LastIndex, cacheBytes / 8);
        _cacheBytes = cacheBytes;
        LastIndex = recovered.LastIndex;
        Stable = LastIndex;
        Issued = LastIndex;
        if (!Matches(snapshot))
        {
            // A crash fell between publishing an installed snapshot and dropping the log that it replaces.
            Reset(snapshot);
            WasReplacedBySnapshot = true;
        }

        Commit = Math.Max(recovered.HardState.Commit, snapshot.Index);
        Applied = snapshot.Index;
        Applying = snapshot.Index;
        if (Commit > LastIndex)
        {
            throw new InvariantViolationException(
                $"The hard state says that index {Commit} is committed and the log ends at {LastIndex}: durable "
                + "entries were lost.");
        }
    }

    /// <summary>Whether the log found at start was discarded in favour of the snapshot; it is to be dropped on disk.
    /// </summary>
    public bool WasReplacedBySnapshot { get; }

    /// <summary>The position of the last dropped entry.</summary>
    public LogPosition Start => _terms.Start;

    /// <summary>The index of the last entry.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>The position of the last entry.</summary>
    public LogPosition LastPosition => new(LastIndex, _terms.LastTerm);

    /// <summary>The last index handed to the disk.</summary>
    public ulong Issued { get; private set; }

    /// <summary>The last durable index.</summary>
    public ulong Stable { get; private set; }

    /// <summary>The commit index.</summary>
    public ulong Commit { get; private set; }

    /// <summary>The last index handed to the state machine.</summary>
    public ulong Applying { get; private set; }

    /// <summary>The last index that the state machine has applied.</summary>
    public ulong Applied { get; private set; }

    /// <summary>The last index whose entry is only on disk.</summary>
    public ulong CacheStart => _cache.StartIndex;

    /// <summary>The term at an index, or null when the index is not in [start, last].</summary>
    /// <param name="index">The index.</param>
    public ulong? TermAt(ulong index) =>
        index < Start.Index || index > LastIndex ? null : _terms.TermAt(index);

    /// <summary>Whether the log has an entry of this term at this index, or starts after exactly this
    /// position.</summary>
    /// <param name="position">The position.</param>
    public bool Matches(LogPosition position) => TermAt(position.Index) == position.Term;

    /// <summary>Whether a log that ends at <paramref name="last"/> holds at least what this one does (Raft paper,
    /// section 5.4.1).</summary>
    /// <param name="last">The last position of the other log.</param>
    public bool IsUpToDate(LogPosition last)
    {
        LogPosition own = LastPosition;
        return last.Term > own.Term || (last.Term == own.Term && last.Index >= own.Index);
    }

    /// <summary>The last position up to an index whose term is at most <paramref name="term"/>: the first place where
    /// another log that has <paramref name="term"/> there may agree. The term is zero when it is not known.</summary>
    /// <param name="index">Where to begin; beyond the end, the end is used.</param>
    /// <param name="term">The term.</param>
    public LogPosition FindAgreement(ulong index, ulong term)
    {
        index = Math.Min(index, LastIndex);
        if (index < Start.Index)
        {
            return new LogPosition(index, 0);
        }

        ulong found = _terms.LastIndexWithTermUpTo(index, term);
        return new LogPosition(found, _terms.TermAt(found));
    }

    /// <summary>Adds the entry after the last one.</summary>
    /// <param name="entry">The entry.</param>
    public void Append(in LogEntry entry)
    {
        if (entry.Index != LastIndex + 1 || entry.Term < _terms.LastTerm || entry.Term == 0)
        {
            throw new InvariantViolationException(
                $"Entry {entry.Index} of term {entry.Term} cannot follow entry {LastIndex} of term {_terms.LastTerm}.");
        }

        _terms.Append(entry.Index, entry.Term);
        _cache.Append(entry);
        LastIndex = entry.Index;
    }

    /// <summary>Removes the entries from an index on, because the leader's log has others there.</summary>
    /// <param name="index">The first index to remove.</param>
    public void TruncateFrom(ulong index)
    {
        if (index <= Commit)
        {
            throw new InvariantViolationException(
                $"Entry {index} would be truncated, and entries up to {Commit} are committed.");
        }

        _terms.TruncateFrom(index);
        _cache.TruncateFrom(index);
        LastIndex = index - 1;
        Issued = Math.Min(Issued, LastIndex);
        Stable = Math.Min(Stable, LastIndex);
    }

    /// <summary>Raises the commit index; a lower one changes nothing.</summary>
    /// <param name="index">The new commit index.</param>
    /// <returns>Whether it rose.</returns>
    public bool CommitTo(ulong index)
    {
        if (index <= Commit)
        {
            return false;
        }

        if (index > LastIndex)
        {
            throw new InvariantViolationException(
                $"Index {index} is committed and the log ends at {LastIndex}: entries that were acknowledged are "
                + "lost.");
        }

        Commit = index;
        return true;
    }

    /// <summary>Marks entries as durable.</summary>
    /// <param name="index">The last durable index.</param>
    public void StableTo(ulong index)
    {
        if (index > Issued)
        {
            throw new InvariantViolationException($"Index {index} is durable and only {Issued} was handed to the "
                + "disk.");
        }

        Stable = Math.Max(Stable, index);
    }

    /// <summary>The entries that were not yet handed to the disk, which from now on they are.</summary>
    public ImmutableArray<ReadOnlyMemory<LogEntry>> IssueAll()
    {
        if (Issued == LastIndex)
        {
            return [];
        }

        var slices = ImmutableArray.CreateBuilder<ReadOnlyMemory<LogEntry>>(1);
        while (Issued < LastIndex)
        {
            ReadOnlyMemory<LogEntry> slice = _cache.Slice(Issued + 1, LastIndex, long.MaxValue, out _);
            slices.Add(slice);
            Issued += (ulong)slice.Length;
        }

        return slices.DrainToImmutable();
    }

    /// <summary>The next page of entries to apply, which from now on is being applied; null when there is
    /// none.</summary>
    /// <param name="maxBytes">The bytes of one page.</param>
    /// <param name="maxUnreadEntries">The entries of a page that has to be read from disk, whose size is not known.
    /// </param>
    /// <param name="bytes">The bytes of the page; <paramref name="maxBytes"/> when they are not known.</param>
    public ApplyEffect? NextPage(long maxBytes, ulong maxUnreadEntries, out long bytes)
    {
        bytes = 0;
        ulong last = Math.Min(Commit, Stable);
        ulong first = Applying + 1;
        if (first > last)
        {
            return null;
        }

        if (first <= CacheStart)
        {
            bytes = maxBytes;
            Applying = Math.Min(Math.Min(last, CacheStart), Applying + maxUnreadEntries);
            return new ApplyEffect(first, Applying, default);
        }

        ReadOnlyMemory<LogEntry> entries = _cache.Slice(first, last, maxBytes, out bytes);
        Applying += (ulong)entries.Length;
        return new ApplyEffect(first, Applying, entries);
    }

    /// <summary>Marks entries as applied.</summary>
    /// <param name="index">The last applied index.</param>
    public void AppliedTo(ulong index)
    {
        if (index < Applied || index > Applying)
        {
            throw new InvariantViolationException(
                $"Index {index} was reported as applied; {Applied} already was, and {Applying} was handed out.");
        }

        Applied = index;
    }

    /// <summary>Cached entries from an index on: at least one, at most to the end of a block.</summary>
    /// <param name="first">The first index; it is cached.</param>
    /// <param name="maxBytes">Stop before the sum of the sizes exceeds this.</param>
    /// <param name="bytes">The sum of the sizes.</param>
    public ReadOnlyMemory<LogEntry> Slice(ulong first, long maxBytes, out long bytes) =>
        _cache.Slice(first, LastIndex, maxBytes, out bytes);

    /// <summary>Forgets old entries in memory until the cache is within its bound. An entry that is not applied yet is
    /// only forgotten when twice the bound is exceeded: it will have to be read again.</summary>
    public void Evict()
    {
        while (_cache.Bytes > _cacheBytes && _cache.OldestBlockEnd <= Stable
            && (_cache.OldestBlockEnd <= Applied || _cache.Bytes > 2 * _cacheBytes))
        {
            _cache.EvictOldest();
        }
    }

    /// <summary>Forgets the entries up to an index that a snapshot covers.</summary>
    /// <param name="index">The last index to forget; in (start, applied].</param>
    public void CompactThrough(ulong index)
    {
        LogPosition position = new(index, _terms.TermAt(index));
        _terms.DropThrough(position, LastIndex);
        _cache.DropThrough(index);
    }

    /// <summary>Replaces the whole log by a snapshot that is durable. What is applied stays as it is until
    /// <see cref="Restored"/>.</summary>
    /// <param name="snapshot">The snapshot's position.</param>
    public void Reset(LogPosition snapshot)
    {
        _terms.Reset(snapshot);
        _cache.Reset(snapshot.Index);
        LastIndex = snapshot.Index;
        Issued = snapshot.Index;
        Stable = snapshot.Index;
        Commit = Math.Max(Commit, snapshot.Index);
    }

    /// <summary>Marks the state machine as restored from the snapshot that the log was reset to.</summary>
    /// <param name="index">The snapshot's index.</param>
    public void Restored(ulong index)
    {
        Applying = index;
        Applied = index;
    }
}
