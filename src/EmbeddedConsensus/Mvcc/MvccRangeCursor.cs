namespace EmbeddedConsensus.Mvcc;

/// <summary>Enumerates the records of a range; for <c>foreach</c>.</summary>
internal ref struct MvccRangeCursor
{
    private readonly KeySpanRange _range;
    private VisibleCursor _cursor;

    /// <summary>An enumeration of a range.</summary>
    public MvccRangeCursor(VisibleCursor cursor, KeySpanRange range)
    {
        _cursor = cursor;
        _range = range;
    }

    /// <summary>The current record.</summary>
    public readonly MvccRecord Current => new(_cursor.Record);

    /// <summary>The handle of the current record; valid as long as the record.</summary>
    public readonly RecordHandle Handle => _cursor.Record;

    /// <summary>This enumeration.</summary>
    public readonly MvccRangeCursor GetEnumerator() => this;

    /// <summary>Moves to the next record.</summary>
    public bool MoveNext() => _cursor.MoveNext(_range);

    /// <summary>Moves to the record before, from the end of the range on. A cursor goes in one direction
    /// only.</summary>
    public bool MovePrevious() => _cursor.MovePrevious(_range);
}
