namespace EmbeddedConsensus.Mvcc;

/// <summary>Iterates the history that a compact revision retains up to a revision, keys ascending and the versions of a
/// key newest first: all changes at or above the compact revision, and for each key the version that was current there.
/// It skips what only waits to be reclaimed, so members with equal revisions see equal histories.</summary>
internal struct RetainedCursor
{
    private readonly MvccStore _store;
    private readonly long _compactRevision;
    private readonly long _revision;
    private TreeCursor _cursor;
    private HandleBuffer _found;
    private int _foundCount;
    private int _next;
    private int _index;
    private bool _started;

    // The key whose versions are being read, and the last one of them looked at.
    private KeyNode _key;
    private long _main;
    private int _sub;

    // True when a version of the current key is visible at the compact revision; older ones are superseded.
    private bool _hasBase;

    /// <summary>A cursor before the first version.</summary>
    public RetainedCursor(MvccStore store, uint root, long compactRevision, long revision)
    {
        _store = store;
        _cursor = new TreeCursor(store.Tree, root);
        _compactRevision = compactRevision;
        _revision = revision;
    }

    /// <summary>The current version.</summary>
    public readonly RecordHandle Record => _found[_next - 1];

    /// <summary>Moves to the next retained version.</summary>
    public bool MoveNext()
    {
        while (_next == _foundCount)
        {
            if (_key.IsNull && !MoveToNextKey())
            {
                return false;
            }
            LookUp();
        }
        _next++;
        return true;
    }

    private bool MoveToNextKey()
    {
        if (!_started)
        {
            _started = true;
            _cursor.Seek(default);
        }
        while (_index == _cursor.Leaf.Count)
        {
            if (!_cursor.MoveNext())
            {
                return false;
            }
            _index = 0;
        }
        _key = _cursor.Leaf.Node(_index++);
        _main = _revision;
        _sub = int.MaxValue;
        _hasBase = false;
        return true;
    }

    private void LookUp()
    {
        _next = 0;
        _foundCount = 0;
        using GraceSection section = _store.Grace.Enter();
        RecordHandle version = VersionChain.Find(_key, _main, _sub);
        while (_foundCount < HandleBuffer.Length && !version.IsNull && version.Memory.ModRevision is var main
            && (main >= _compactRevision || !_hasBase))
        {
            if (IsRetained(main, version.IsTombstone))
            {
                _found[_foundCount++] = version;
            }
            _main = main;
            _sub = version.Memory.SubRevision - 1;
            version = version.Memory.Older(0);
        }
        if (_foundCount < HandleBuffer.Length)
        {
            _key = default;
        }
    }

    private bool IsRetained(long main, bool tombstone)
    {
        if (main > _compactRevision)
        {
            return true;
        }
        bool superseded = _hasBase;
        _hasBase = true;
        // A change at exactly the compact revision can still be watched; before it, a tombstone carries no information.
        return main == _compactRevision || (!superseded && !tombstone);
    }
}
