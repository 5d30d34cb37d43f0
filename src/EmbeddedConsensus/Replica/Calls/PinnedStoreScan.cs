using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Replica;

/// <summary>An enumeration of a pinned state.</summary>
internal sealed class PinnedStoreScan : StoreScan
{
    private readonly PinnedStoreView _view;
    private readonly KeyRange _range;
    private readonly bool _descending;
    private VisibleCursor _cursor;

    /// <summary>An enumeration before its first key.</summary>
    public PinnedStoreScan(PinnedStoreView view, KeyRange range, bool descending)
    {
        _view = view;
        _range = range;
        _descending = descending;
        _cursor = view.Reads.Cursor(view.Revision);
    }

    /// <inheritdoc />
    public override StoreEntry Current => PinnedStoreView.ToEntry(Record);

    /// <summary>The current key's record.</summary>
    public MvccRecord Record => new(_cursor.Record);

    /// <inheritdoc />
    public override bool MoveNext()
    {
        // Also the check that the memory is still pinned.
        _ = _view.Reads;
        KeySpanRange range = new(_range.Start.Span, _range.End.Span);
        return _descending ? _cursor.MovePrevious(range) : _cursor.MoveNext(range);
    }
}
