namespace EmbeddedConsensus.Mvcc;

/// <summary>etcd's range convention: an empty end means the single key, an end of one zero byte means every key from
/// the start on, anything else is a half-open interval. A start that is empty or one zero byte, with an end of one zero
/// byte, is every key.</summary>
internal readonly ref struct KeySpanRange
{
    private readonly ReadOnlySpan<byte> _end;
    private readonly bool _single;
    private readonly bool _unbounded;

    /// <summary>The range from a request's key and range end.</summary>
    /// <exception cref="ArgumentException">A single key is empty.</exception>
    public KeySpanRange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd)
    {
        _single = rangeEnd.IsEmpty;
        _unbounded = rangeEnd is [0];
        _end = rangeEnd;
        Start = key;
        if (_single && key.IsEmpty)
        {
            throw new ArgumentException("The key is empty; give a key, or a range end.", nameof(key));
        }
    }

    /// <summary>The first key that can be in the range.</summary>
    public ReadOnlySpan<byte> Start { get; }

    /// <summary>True for one key.</summary>
    public bool IsSingle => _single;

    /// <summary>True when the range has no upper end.</summary>
    public bool IsUnbounded => _unbounded;

    /// <summary>The end, not part of the range, unless it is single or unbounded.</summary>
    public ReadOnlySpan<byte> End => _end;

    /// <summary>Where the range starts in a leaf.</summary>
    public int StartIn(LeafPage leaf) => leaf.LowerBound(Start, out _);

    /// <summary>Where the range ends in a leaf; at the leaf's count, it may continue in the next one.</summary>
    public int EndIn(LeafPage leaf)
    {
        if (_unbounded)
        {
            return leaf.Count;
        }
        int index = leaf.LowerBound(_single ? Start : _end, out bool found);
        return _single && found ? index + 1 : index;
    }
}
