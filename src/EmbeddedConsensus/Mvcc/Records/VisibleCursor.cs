namespace EmbeddedConsensus.Mvcc;

/// <summary>Iterates the keys that exist at one revision in ascending order: skips newer and superseded versions and
/// deleted keys, and seeks where a key's history is long.</summary>
internal struct VisibleCursor
{
    // Neighbours inspected one by one before a seek from the root is cheaper.
    private const int StepsBeforeSeek = 8;

    private readonly long _revision;
    private TreeCursor _cursor;
    private State _state;

    /// <summary>A cursor before the first key of a range.</summary>
    public VisibleCursor(BPlusTree tree, uint root, long revision)
    {
        _cursor = new TreeCursor(tree, root);
        _revision = revision;
    }

    private enum State
    {
        BeforeStart,
        OnCandidate,
        OnResult,
        AtEnd,
    }

    /// <summary>The visible version, after <see cref="MoveNext"/> returned true.</summary>
    public readonly RecordHandle Record => _cursor.Record;

    /// <summary>Starts after a key instead of at the range's start.</summary>
    public void StartAfter(ReadOnlySpan<byte> key)
        => _state = _cursor.Seek(TreeKey.AfterVersionsOf(key)) ? State.OnCandidate : State.AtEnd;

    /// <summary>Moves to the next existing key of the range.</summary>
    public bool MoveNext(in KeySpanRange range)
    {
        if (_state == State.BeforeStart)
        {
            _state = _cursor.Seek(TreeKey.AtRevision(range.Start, _revision)) ? State.OnCandidate : State.AtEnd;
        }
        while (_state != State.AtEnd)
        {
            if (_state == State.OnResult && !SkipKey())
            {
                break;
            }
            ReadOnlySpan<byte> key = _cursor.Key;
            if (range.EndsBefore(key))
            {
                break;
            }
            if (_cursor.Main > _revision)
            {
                _state = State.OnCandidate;
                if (!SkipNewerVersions(key))
                {
                    break;
                }
                continue;
            }
            _state = State.OnResult;
            if (!_cursor.Record.IsTombstone)
            {
                return true;
            }
        }
        _state = State.AtEnd;
        return false;
    }

    private bool SkipKey()
    {
        ReadOnlySpan<byte> key = _cursor.Key;
        for (int i = 0; i < StepsBeforeSeek; i++)
        {
            if (!_cursor.MoveNext())
            {
                return false;
            }
            if (!_cursor.HasKey(key))
            {
                return true;
            }
        }
        return _cursor.Seek(TreeKey.AfterVersionsOf(key));
    }

    private bool SkipNewerVersions(ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < StepsBeforeSeek; i++)
        {
            if (!_cursor.MoveNext())
            {
                return false;
            }
            if (_cursor.Main <= _revision || !_cursor.HasKey(key))
            {
                return true;
            }
        }
        return _cursor.Seek(TreeKey.AtRevision(key, _revision));
    }
}
