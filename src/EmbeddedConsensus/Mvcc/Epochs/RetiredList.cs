namespace EmbeddedConsensus.Mvcc;

/// <summary>A queue of retired items in blocks of native memory. A list without items holds none.</summary>
internal unsafe struct RetiredList
{
    private RetiredBlock* _first;
    private RetiredBlock* _last;
    private int _taken;
    private int _added;

    /// <summary>True when nothing is in it.</summary>
    public readonly bool IsEmpty => _first == null;

    /// <summary>Adds an item.</summary>
    public void Add(RetiredBlockPool pool, in RetiredItem item)
    {
        if (_last == null || _added == RetiredBlock.Items)
        {
            RetiredBlock* block = pool.Rent();
            if (_last == null)
            {
                _first = block;
                _taken = 0;
            }
            else
            {
                _last->Next = block;
            }
            _last = block;
            _added = 0;
        }
        (&_last->First)[_added++] = item;
    }

    /// <summary>Takes the oldest item.</summary>
    public bool TryTake(RetiredBlockPool pool, out RetiredItem item)
    {
        if (_first == null)
        {
            item = default;
            return false;
        }
        item = (&_first->First)[_taken++];
        if (_taken == (_first == _last ? _added : RetiredBlock.Items))
        {
            RetiredBlock* done = _first;
            _first = done->Next;
            _last = _first == null ? null : _last;
            _taken = 0;
            pool.Return(done);
        }
        return true;
    }
}
