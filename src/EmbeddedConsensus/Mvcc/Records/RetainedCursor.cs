namespace EmbeddedConsensus.Mvcc;

/// <summary>Walks the history that a compact revision retains, up to a revision, in the tree's order: all changes at or
/// above the compact revision, and of each key the version that was current there. It leaves out what is only waiting
/// to be reclaimed, so members with the same revisions see the same.</summary>
internal struct RetainedCursor
{
    private readonly long _compactRevision;
    private readonly long _revision;
    private TreeCursor _cursor;
    private bool _started;

    // True when the present key has a version that the compact revision can see; older ones are superseded.
    private bool _hasBase;

    /// <summary>A cursor before the first version.</summary>
    public RetainedCursor(BPlusTree tree, uint root, long compactRevision, long revision)
    {
        _cursor = new TreeCursor(tree, root);
        _compactRevision = compactRevision;
        _revision = revision;
    }

    /// <summary>The present version.</summary>
    public readonly RecordHandle Record => _cursor.Record;

    /// <summary>Goes to the next version that is retained.</summary>
    public bool MoveNext()
    {
        while (MoveToNextCell())
        {
            long main = _cursor.Main;
            if (main > _revision)
            {
                continue;
            }
            if (main > _compactRevision)
            {
                return true;
            }
            bool superseded = _hasBase;
            _hasBase = true;
            // A change at exactly the compact revision can still be watched; before it, a tombstone says nothing.
            if (main == _compactRevision || (!superseded && !_cursor.Record.IsTombstone))
            {
                return true;
            }
        }
        return false;
    }

    private bool MoveToNextCell()
    {
        if (!_started)
        {
            _started = true;
            return _cursor.Seek(TreeKey.BeforeVersionsOf(default));
        }
        ReadOnlySpan<byte> key = _cursor.Key;
        if (!_cursor.MoveNext())
        {
            return false;
        }
        if (!_cursor.HasKey(key))
        {
            _hasBase = false;
        }
        return true;
    }
}
