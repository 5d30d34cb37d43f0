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

    /// <summary>True when a key that is not below <see cref="Start"/> lies at or above the range's end.</summary>
    public bool EndsBefore(ReadOnlySpan<byte> key)
        => _single ? !key.SequenceEqual(Start) : !_unbounded && key.SequenceCompareTo(_end) >= 0;
}
