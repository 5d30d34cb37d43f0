namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// Knows how many bytes of log lie between some indexes, so that a replica can keep a tail of the log by its size. The
/// marks are a small part of the tail apart, which bounds their number.
/// </summary>
/// <remarks>What the log holds from before the start, or from before an installed snapshot, has no known size: it goes
/// with the first snapshot of this replica's own, or it would grow with every restart.</remarks>
internal sealed class LogMarks
{
    private const int MarksPerTail = 32;
    private const int MarksPerSnapshot = 1024;

    private readonly long _retainedBytes;
    private readonly long _spacing;
    private readonly List<Mark> _marks = [];
    private long _bytes;

    /// <summary>Marks of a log.</summary>
    /// <param name="start">The index at which counting begins.</param>
    /// <param name="retainedBytes">The size of the tail that stays.</param>
    /// <param name="snapshotBytes">The least growth of the log from one snapshot to the next.</param>
    public LogMarks(ulong start, long retainedBytes, long snapshotBytes)
    {
        _retainedBytes = retainedBytes;
        _spacing = Math.Max(1, Math.Max(retainedBytes / MarksPerTail, snapshotBytes / MarksPerSnapshot));
        Reset(start);
    }

    /// <summary>Counts entries.</summary>
    /// <param name="index">The index of the last one.</param>
    /// <param name="bytes">Their size.</param>
    public void Add(ulong index, long bytes)
    {
        _bytes += bytes;
        if (_bytes - _marks[^1].Bytes >= _spacing)
        {
            _marks.Add(new Mark(index, _bytes));
        }
    }

    /// <summary>Forgets every mark and counts from an index on.</summary>
    public void Reset(ulong start)
    {
        _marks.Clear();
        _marks.Add(new Mark(start, _bytes));
    }

    /// <summary>The last index that does not belong to the tail of a snapshot. Marks below it are forgotten, since
    /// later calls name later snapshots.</summary>
    /// <param name="snapshot">The index of the snapshot.</param>
    public ulong IndexBelowTail(ulong snapshot)
    {
        if (_retainedBytes == 0)
        {
            return snapshot;
        }

        // The mark at or below the snapshot counts for it, so that the tail is rather too long than too short.
        int end = _marks.FindLastIndex(mark => mark.Index <= snapshot);
        int start = end < 0 ? -1 : _marks.FindLastIndex(end, mark => mark.Bytes <= _marks[end].Bytes - _retainedBytes);
        if (start > 0)
        {
            _marks.RemoveRange(0, start);
        }

        return Math.Min(_marks[0].Index, snapshot);
    }

    private readonly record struct Mark(ulong Index, long Bytes);
}
