namespace EmbeddedConsensus.Mvcc;

/// <summary>Enumerates changes in the order of (main, sub) revision; for <c>foreach</c>.</summary>
internal struct MvccEventCursor
{
    private readonly RevisionIndexBounds _index;
    private readonly long _fromRevision;
    private readonly int _fromSub;
    private long _position;

    /// <summary>An enumeration of the changes from one of a revision on.</summary>
    public MvccEventCursor(RevisionIndexBounds index, long fromRevision, int fromSub)
    {
        _fromSub = fromSub;
        _index = index;
        _fromRevision = fromRevision;
        _position = -1;
    }

    /// <summary>The current change.</summary>
    public readonly MvccRecord Current
    {
        get
        {
            _index.Read(_position, out _, out RecordHandle record);
            return new MvccRecord(record);
        }
    }

    /// <summary>This enumeration.</summary>
    public readonly MvccEventCursor GetEnumerator() => this;

    /// <summary>Moves to the next change.</summary>
    public bool MoveNext()
    {
        _position = _position < 0 ? _index.LowerBound(_fromRevision, _fromSub) : _position + 1;
        return _position < _index.Tail;
    }
}
