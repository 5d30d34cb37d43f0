namespace EmbeddedConsensus.Mvcc;

/// <summary>Enumerates changes in the order of (main, sub) revision; for <c>foreach</c>.</summary>
internal struct MvccEventCursor
{
    private readonly RevisionIndexBounds _index;
    private readonly long _fromRevision;
    private long _position;

    /// <summary>An enumeration of the changes from a revision on.</summary>
    public MvccEventCursor(RevisionIndexBounds index, long fromRevision)
    {
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
        _position = _position < 0 ? _index.LowerBound(_fromRevision) : _position + 1;
        return _position < _index.Tail;
    }
}
