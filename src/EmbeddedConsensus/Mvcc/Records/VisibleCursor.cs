namespace EmbeddedConsensus.Mvcc;

/// <summary>Iterates the keys of a range that exist at one revision, ascending or descending, in their version at that
/// revision. The range is the same in every call; calls in both directions do not mix.</summary>
internal struct VisibleCursor
{
    private readonly MvccStore _store;
    private readonly long _revision;
    private TreeCursor _cursor;
    private HandleBuffer _found;
    private int _foundCount;
    private int _next;

    // The cells of the current leaf that are left to look at.
    private int _index;
    private int _end;
    private State _state;

    /// <summary>A cursor before the first key.</summary>
    public VisibleCursor(MvccStore store, uint root, long revision)
    {
        _store = store;
        _cursor = new TreeCursor(store.Tree, root);
        _revision = revision;
    }

    private enum State
    {
        BeforeStart,
        InLeaf,
        InLastLeaf,
    }

    /// <summary>The visible version, after a move returned true.</summary>
    public readonly RecordHandle Record => _found[_next - 1];

    /// <summary>Moves to the next existing key of the range.</summary>
    public bool MoveNext(in KeySpanRange range)
    {
        while (_next == _foundCount)
        {
            if (_index == _end && !EnterNextLeaf(range))
            {
                return false;
            }
            int cells = Math.Min(_end - _index, HandleBuffer.Length);
            LookUp(_index, cells);
            _index += cells;
        }
        _next++;
        return true;
    }

    /// <summary>Moves to the existing key of the range before, from its end on.</summary>
    public bool MovePrevious(in KeySpanRange range)
    {
        while (_next == _foundCount)
        {
            if (_index == _end && !EnterPreviousLeaf(range))
            {
                return false;
            }
            int cells = Math.Min(_end - _index, HandleBuffer.Length);
            _end -= cells;
            LookUp(_end, cells);
            ((Span<RecordHandle>)_found)[.._foundCount].Reverse();
        }
        _next++;
        return true;
    }

    private bool EnterNextLeaf(in KeySpanRange range)
    {
        if (_state == State.BeforeStart)
        {
            _cursor.Seek(range.Start);
            _index = range.StartIn(_cursor.Leaf);
        }
        else if (_state == State.InLastLeaf || !_cursor.MoveNext())
        {
            return false;
        }
        else
        {
            _index = 0;
        }
        _end = Math.Max(_index, range.EndIn(_cursor.Leaf));
        _state = range.EndIn(_cursor.Leaf) < _cursor.Leaf.Count ? State.InLastLeaf : State.InLeaf;
        return true;
    }

    private bool EnterPreviousLeaf(in KeySpanRange range)
    {
        if (_state == State.BeforeStart)
        {
            if (range.IsUnbounded)
            {
                _cursor.SeekLast();
            }
            else
            {
                _cursor.Seek(range.IsSingle ? range.Start : range.End);
            }
            _end = range.EndIn(_cursor.Leaf);
        }
        else if (_state == State.InLastLeaf || !_cursor.MovePrevious())
        {
            return false;
        }
        else
        {
            _end = _cursor.Leaf.Count;
        }
        _index = Math.Min(_end, range.StartIn(_cursor.Leaf));
        _state = _index > 0 ? State.InLastLeaf : State.InLeaf;
        return true;
    }

    // First all newest versions, then the visible ones: the reads of different keys do not depend on each other.
    private void LookUp(int index, int cells)
    {
        _next = 0;
        _foundCount = 0;
        LeafPage leaf = _cursor.Leaf;
        using GraceSection section = _store.Grace.Enter();
        for (int i = 0; i < cells; i++)
        {
            _found[i] = leaf.Node(index + i).Newest;
        }
        for (int i = 0; i < cells; i++)
        {
            RecordHandle version = VersionChain.Find(_found[i], _revision);
            if (!version.IsNull && !version.IsTombstone)
            {
                _found[_foundCount++] = version;
            }
        }
    }
}
