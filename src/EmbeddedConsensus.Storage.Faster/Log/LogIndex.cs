using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// The contents of the log, in memory: its bounds, its terms, its hard state, and where on disk to look for an entry.
/// Later records win, so that an append at an existing index overrides everything from there on. Not thread-safe.
/// </summary>
internal sealed class LogIndex
{
    /// <summary>The distance on disk between two known positions, in bytes; a read scans at most that far. A log of
    /// 1 GiB costs 1 MiB of memory.</summary>
    private const long PointDistance = 16 * 1024;

    private readonly List<TermStart> _terms = [];
    private readonly List<Point> _points = [];
    private readonly byte[] _hardState = new byte[LogAppend.MaxHardStateBytes];
    private int _hardStateBytes;
    private ulong _firstKnown = 1;

    /// <summary>The last dropped entry.</summary>
    public LogPosition Start { get; private set; }

    /// <summary>The last entry.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>The last hard state; empty if there was none. Valid until the next one.</summary>
    public ReadOnlyMemory<byte> HardState => _hardState.AsMemory(0, _hardStateBytes);

    /// <summary>The terms of the entries after the start.</summary>
    public IReadOnlyList<TermStart> Terms => _terms;

    /// <summary>Whether every entry after the start is known. It may not be during the replay of a log whose first
    /// files were deleted: then a checkpoint is still to come.</summary>
    public bool IsComplete => LastIndex == Start.Index || _firstKnown <= Start.Index + 1;

    /// <summary>The start of the oldest record that holds an entry of the log, or null if the log is empty.</summary>
    public long? NeededAddress => LastIndex == Start.Index || _points.Count == 0 ? null : _points[0].Address;

    /// <summary>Begins a log whose first entry is not known to have index one.</summary>
    public void BeginAnywhere() => _firstKnown = 0;

    /// <summary>Keeps a copy of a hard state.</summary>
    /// <param name="hardState">The hard state.</param>
    public void SetHardState(ReadOnlySpan<byte> hardState)
    {
        hardState.CopyTo(_hardState);
        _hardStateBytes = hardState.Length;
    }

    /// <summary>Adds an entry, which overrides those from its index on.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="term">Its term.</param>
    /// <param name="batchAddress">Where the batch begins that holds it.</param>
    /// <returns>False if the index does not fit.</returns>
    public bool TryAppend(ulong index, ulong term, long batchAddress)
    {
        if (_firstKnown == 0)
        {
            Start = new LogPosition(index - 1, 0);
            LastIndex = index - 1;
            _firstKnown = index;
        }

        bool follows = index == LastIndex + 1;
        if (index == 0 || index > LastIndex + 1)
        {
            return false;
        }

        if (!follows)
        {
            TruncateFrom(index);
        }

        if (_terms.Count == 0 || _terms[^1].Term != term)
        {
            _terms.Add(new TermStart(index, term));
        }

        if (!follows || _points.Count == 0 || batchAddress - _points[^1].Address >= PointDistance)
        {
            _points.Add(new Point(index, batchAddress));
        }

        LastIndex = index;
        return true;
    }

    /// <summary>The checkpoint to write if a prefix is dropped now.</summary>
    /// <param name="through">The last entry to drop; after the start.</param>
    /// <param name="checkpointAddress">Where the checkpoint will be.</param>
    public LogCheckpoint PlanDrop(LogPosition through, long checkpointAddress)
    {
        bool keepsRest = through.Index < LastIndex && TermAt(through.Index) == through.Term;
        long needed = keepsRest ? _points[PointOf(through.Index + 1)].Address : checkpointAddress;
        return new LogCheckpoint(through, keepsRest ? LastIndex : through.Index, HardState, needed);
    }

    /// <summary>Applies a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <returns>Whether entries after the drop are kept; otherwise everything known is obsolete.</returns>
    public bool Apply(in LogCheckpoint checkpoint)
    {
        SetHardState(checkpoint.HardState.Span);
        Start = checkpoint.Start;
        bool holdsRest = LastIndex == checkpoint.LastIndex && LastIndex > Start.Index && _terms.Count > 0;
        LastIndex = checkpoint.LastIndex;
        if (!holdsRest)
        {
            // All was dropped; or the rest lay in files that a later checkpoint allowed to delete.
            _terms.Clear();
            _points.Clear();
            _firstKnown = checkpoint.LastIndex + 1;
            return false;
        }

        ulong first = Math.Max(Start.Index + 1, _firstKnown);
        int term = TermRunOf(first);
        _terms[term] = _terms[term] with { FirstIndex = first };
        _terms.RemoveRange(0, term);
        _points.RemoveRange(0, PointOf(first));
        _firstKnown = first;
        return true;
    }

    /// <summary>Where to look for an entry that is in the log.</summary>
    /// <param name="index">The entry.</param>
    /// <returns>The batch from which to walk, and the last entry that is found by that walk.</returns>
    public (long Address, ulong Until) Find(ulong index)
    {
        int point = PointOf(index);
        ulong until = point + 1 < _points.Count ? _points[point + 1].FirstIndex - 1 : LastIndex;
        return (_points[point].Address, until);
    }

    private ulong TermAt(ulong index) => _terms[TermRunOf(index)].Term;

    private void TruncateFrom(ulong index)
    {
        int terms = _terms.FindIndex(start => start.FirstIndex >= index);
        if (terms >= 0)
        {
            _terms.RemoveRange(terms, _terms.Count - terms);
        }

        int points = _points.Count;
        while (points > 0 && _points[points - 1].FirstIndex >= index)
        {
            points--;
        }

        _points.RemoveRange(points, _points.Count - points);
        LastIndex = index - 1;
        if (index < _firstKnown)
        {
            _firstKnown = index;
            Start = Start.Index < index ? Start : new LogPosition(index - 1, 0);
        }
    }

    private int TermRunOf(ulong index)
    {
        int low = 0;
        for (int high = _terms.Count - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _terms[middle].FirstIndex <= index ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private int PointOf(ulong index)
    {
        int low = 0;
        for (int high = _points.Count - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _points[middle].FirstIndex <= index ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private readonly record struct Point(ulong FirstIndex, long Address);
}
