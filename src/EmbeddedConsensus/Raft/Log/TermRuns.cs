namespace EmbeddedConsensus.Raft;

/// <summary>The terms of a log's entries, as runs of equal terms. The whole retained log is covered, so the term of an
/// entry never needs the disk.</summary>
internal sealed class TermRuns
{
    private readonly List<TermStart> _runs = [];

    /// <summary>The terms of the entries after a position.</summary>
    /// <param name="start">The position before the first entry.</param>
    /// <param name="runs">Their terms.</param>
    public TermRuns(LogPosition start, IReadOnlyList<TermStart> runs)
    {
        Start = start;
        ulong term = start.Term;
        ulong index = start.Index;
        foreach (TermStart run in runs)
        {
            if (run.FirstIndex <= index || run.Term < term || (_runs.Count == 0 && run.FirstIndex != start.Index + 1))
            {
                throw new InvariantViolationException(
                    $"The recovered log's terms are not in order: term {run.Term} from index {run.FirstIndex} on "
                    + $"follows term {term} at index {index}.");
            }

            _runs.Add(run);
            (index, term) = run;
        }
    }

    /// <summary>The position before the first entry.</summary>
    public LogPosition Start { get; private set; }

    /// <summary>The term of the last entry, or of <see cref="Start"/> when there is none.</summary>
    public ulong LastTerm => _runs.Count == 0 ? Start.Term : _runs[^1].Term;

    /// <summary>The term at an index in [start, last]; the caller checks the range.</summary>
    /// <param name="index">The index.</param>
    public ulong TermAt(ulong index) => index == Start.Index ? Start.Term : _runs[RunAt(index)].Term;

    /// <summary>The last index up to <paramref name="index"/> whose term is at most <paramref name="term"/>, but not
    /// below <see cref="Start"/>. Terms never fall along a log, so every index above it has a greater term and cannot
    /// agree with a log that ends in <paramref name="term"/>.</summary>
    /// <param name="index">Where to begin; in [start, last].</param>
    /// <param name="term">The term.</param>
    public ulong LastIndexWithTermUpTo(ulong index, ulong term)
    {
        int run = index == Start.Index ? -1 : RunAt(index);
        while (run >= 0 && _runs[run].Term > term)
        {
            index = _runs[run].FirstIndex - 1;
            run--;
        }

        return index;
    }

    /// <summary>Adds the term of the entry after the last one.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="term">Its term.</param>
    public void Append(ulong index, ulong term)
    {
        if (_runs.Count == 0 || _runs[^1].Term != term)
        {
            _runs.Add(new TermStart(index, term));
        }
    }

    /// <summary>Forgets the terms from an index on.</summary>
    /// <param name="index">The first index to forget.</param>
    public void TruncateFrom(ulong index)
    {
        while (_runs.Count > 0 && _runs[^1].FirstIndex >= index)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }
    }

    /// <summary>Forgets the terms up to a position within the log.</summary>
    /// <param name="position">The new start.</param>
    /// <param name="lastIndex">The last index of the log.</param>
    public void DropThrough(LogPosition position, ulong lastIndex)
    {
        if (position.Index >= lastIndex)
        {
            Reset(position);
            return;
        }

        ulong first = position.Index + 1;
        int keep = RunAt(first);
        _runs[keep] = new TermStart(first, _runs[keep].Term);
        _runs.RemoveRange(0, keep);
        Start = position;
    }

    /// <summary>Forgets all terms and begins after a position.</summary>
    /// <param name="position">The new start.</param>
    public void Reset(LogPosition position)
    {
        _runs.Clear();
        Start = position;
    }

    private int RunAt(ulong index)
    {
        // Nearly every question is about the newest run.
        int high = _runs.Count - 1;
        if (_runs[high].FirstIndex <= index)
        {
            return high;
        }

        int low = 0;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_runs[middle].FirstIndex <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}
