namespace EmbeddedConsensus.Mvcc;

/// <summary>Iterates, in the tree's order, the history that a compact revision retains up to a revision: all changes at
/// or above the compact revision, and for each key the version that was current there. It skips what only waits to be
/// reclaimed, so members with equal revisions see equal histories.</summary>
internal struct RetainedCursor
{
    private readonly long _compactRevision;
    private readonly long _revision;
    private TreeCursor _cursor;
    private bool _started;

    // True when a version of the current key is visible at the compact revision; older ones are superseded.
    private bool _hasBase;

    /// <summary>A cursor before the first version.</summary>
    public RetainedCursor(BPlusTree tree, uint root, long compactRevision, long revision)
    {
        _cursor = new TreeCursor(tree, root);
        _compactRevision = compactRevision;
        _revision = revision;
    }

    /// <summary>The current version.</summary>
    public readonly RecordHandle Record => _cursor.Record;

    /// <summary>Moves to the next retained version.</summary>
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
            // A change at exactly the compact revision can still be watched; before it, a tombstone carries no
            // information.
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
