using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Watches;

/// <summary>Reads one piece of the history for a watch: the changes of a range from the revision index, those of a
/// single key from its own chain of versions.</summary>
internal ref struct HistoryReader
{
    private readonly MvccView _view;
    private readonly KeyRange _range;
    private readonly WatchFilter _filter;
    private readonly WatchPosition _start;
    private readonly List<WatchEvent> _events = [];
    private long _bytes;

    // Where the events of the current revision begin.
    private int _revisionBegin;
    private long _revision;
    private long _bytesBefore;

    private HistoryReader(MvccView view, KeyRange range, WatchFilter filter, WatchPosition start)
    {
        _view = view;
        _range = range;
        _filter = filter;
        _start = start;
    }

    private readonly bool IsLargeEnough =>
        _events.Count >= WatchLimits.PieceEvents || _bytes >= WatchLimits.PieceBytes;

    private readonly bool IsFull => _events.Count >= WatchLimits.MaxEvents || _bytes >= WatchLimits.MaxBytes;

    /// <summary>Reads the piece that starts at a position.</summary>
    /// <param name="view">A view whose compact revision is at or below the position.</param>
    /// <param name="range">The keys.</param>
    /// <param name="filter">Which changes, and with what.</param>
    /// <param name="start">The position.</param>
    public static HistoryPiece Read(MvccView view, KeyRange range, WatchFilter filter, WatchPosition start)
    {
        if (start.Revision > view.Revision)
        {
            return new HistoryPiece(start, start, [], 0);
        }

        HistoryReader reader = new(view, range, filter, start);
        WatchPosition next = range.IsSingle ? reader.ReadVersions() : reader.ReadChanges();
        return new HistoryPiece(start, next, reader._events, reader._bytes);
    }

    private WatchPosition ReadChanges()
    {
        int scans = 0;
        MvccEventCursor cursor = _view.Events(_start.Revision, _start.SubRevision);
        while (cursor.MoveNext())
        {
            MvccRecord record = cursor.Current;
            WatchPosition position = new(record.ModRevision, record.SubRevision);
            if (EnterRevision(record.ModRevision) && (IsLargeEnough || scans >= WatchLimits.PieceScans))
            {
                return position;
            }

            // The last event of a revision is known only when the revision ends or the next event is found, so a
            // revision of which events were taken is scanned on.
            if (scans >= WatchLimits.PieceScans && _events.Count == _revisionBegin)
            {
                return position;
            }

            scans++;
            if (_range.Contains(record.Key) && _filter.Selects(record.IsTombstone) && !TryAdd(record))
            {
                return Cut(position);
            }
        }

        return new WatchPosition(_view.Revision + 1);
    }

    private WatchPosition ReadVersions()
    {
        // The oldest versions come first, and the chain begins with the newest: bisect for a stretch of the history
        // with few enough of them.
        List<RecordHandle> versions = [];
        long last = _view.Revision;
        while (!_view.TryGetVersions(
            _range.Start.Span, _start.Revision, last,
            last > _start.Revision ? WatchLimits.PieceEvents : int.MaxValue, versions))
        {
            last = _start.Revision + ((last - _start.Revision) / 2);
            versions.Clear();
        }

        for (int i = versions.Count - 1; i >= 0; i--)
        {
            MvccRecord record = new(versions[i]);
            if (EnterRevision(record.ModRevision) && IsLargeEnough)
            {
                return new WatchPosition(record.ModRevision);
            }

            if (_filter.Selects(record.IsTombstone))
            {
                Add(record);
            }
        }

        return new WatchPosition(last + 1);
    }

    private bool EnterRevision(long revision)
    {
        if (_revision == revision)
        {
            return false;
        }

        _revision = revision;
        _revisionBegin = _events.Count;
        _bytesBefore = _bytes;
        return true;
    }

    private bool TryAdd(in MvccRecord record)
    {
        if (IsFull)
        {
            return false;
        }

        Add(record);
        return true;
    }

    private void Add(in MvccRecord record)
    {
        WatchEvent next = WatchEventFactory.Create(_view, record, _filter.IncludePrevious);
        if (_events.Count > _revisionBegin)
        {
            _events[^1] = _events[^1] with { EndsRevision = false };
        }

        _events.Add(next);
        _bytes += WatchLimits.SizeOf(next);
    }

    // A revision that would fit a piece of its own is not split.
    private WatchPosition Cut(WatchPosition position)
    {
        if (_revisionBegin > 0)
        {
            _events.RemoveRange(_revisionBegin, _events.Count - _revisionBegin);
            _bytes = _bytesBefore;
            return new WatchPosition(position.Revision);
        }

        _events[^1] = _events[^1] with { EndsRevision = false };
        return position;
    }
}
