namespace EmbeddedConsensus;

/// <summary>One key, or all keys from one to another.</summary>
/// <remarks>Represented as in etcd, by two keys: an empty end means the single key, an end of one zero byte means
/// "and everything after it".</remarks>
public readonly record struct KeyRange
{
    private static readonly byte[] Unbounded = [0];

    private KeyRange(Key start, Key end)
    {
        Start = start;
        End = end;
    }

    /// <summary>Every key: a single zero byte is the smallest key there is.</summary>
    public static KeyRange All => new(new Key(Unbounded), new Key(Unbounded));

    /// <summary>The first key of the range.</summary>
    public Key Start { get; }

    /// <summary>The first key after the range; empty for a single key; one zero byte for an unbounded range.</summary>
    public Key End { get; }

    /// <summary>Whether this is a single key.</summary>
    public bool IsSingle => End.IsEmpty;

    /// <summary>Whether the range reaches to the last key.</summary>
    public bool IsUnbounded => End.Length == 1 && End.Span[0] == 0;

    /// <summary>One key.</summary>
    /// <param name="key">The key; not empty.</param>
    public static KeyRange Single(Key key) => new(key, default);

    /// <summary>Every key that begins with <paramref name="prefix"/>; every key at all when it is empty.</summary>
    /// <param name="prefix">The common beginning.</param>
    public static KeyRange Prefix(Key prefix)
    {
        ReadOnlySpan<byte> bytes = prefix.Span;
        int last = bytes.LastIndexOfAnyExcept((byte)0xff);
        if (last < 0)
        {
            // Only keys that start with a prefix of 0xff bytes sort after it.
            return prefix.IsEmpty ? All : From(prefix);
        }

        byte[] end = bytes[..(last + 1)].ToArray();
        end[last]++;
        return new KeyRange(prefix, end);
    }

    /// <summary>Every key from <paramref name="start"/> on.</summary>
    /// <param name="start">The first key.</param>
    public static KeyRange From(Key start) => start.IsEmpty ? All : new(start, new Key(Unbounded));

    /// <summary>Every key after <paramref name="key"/>, which is not in the range itself: where the next page begins.
    /// </summary>
    /// <param name="key">The last key that is not wanted; when it is empty, the range has every key.</param>
    public static KeyRange After(Key key) => From(Successor(key));

    /// <summary>The part of a range after <paramref name="key"/>, which is not in it itself: the pages of a range that
    /// are left.</summary>
    /// <param name="key">The last key that is not wanted.</param>
    /// <param name="range">The whole range.</param>
    /// <returns>The part, which has no keys when none is left.</returns>
    public static KeyRange After(Key key, KeyRange range)
    {
        Key next = Successor(key);
        return next <= range.Start ? range
            : range.IsUnbounded ? From(next)
            : new(next, range.IsSingle ? Successor(range.Start) : range.End);
    }

    /// <summary>The keys from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    /// <param name="start">The first key.</param>
    /// <param name="end">The first key after the range; a range whose end does not sort after its start is
    /// empty.</param>
    /// <exception cref="ArgumentException"><paramref name="end"/> is empty.</exception>
    public static KeyRange Between(Key start, Key end) =>
        end.IsEmpty
            ? throw new ArgumentException("An empty end is no key. For a single key use KeyRange.Single, for all keys "
                + "from a start on KeyRange.From.", nameof(end))
            : new(start, end);

    /// <summary>The range of a single key.</summary>
    public static implicit operator KeyRange(Key key) => Single(key);

    /// <summary>The range of a single key.</summary>
    public static implicit operator KeyRange(string key) => Single(key);

    /// <summary>The range of a single key, whose bytes are copied.</summary>
    public static implicit operator KeyRange(ReadOnlySpan<byte> key) => Single(key);

    /// <summary>The range of a single key.</summary>
    public static KeyRange ToKeyRange(Key key) => Single(key);

    /// <summary>Whether <paramref name="key"/> lies in the range.</summary>
    /// <param name="key">The key.</param>
    public bool Contains(Key key) => Contains(key.Span);

    /// <inheritdoc />
    public override string ToString() =>
        IsSingle ? Start.ToString() : IsUnbounded ? $"[{Start}, ∞)" : $"[{Start}, {End})";

    // No key lies between a key and the same key with a zero byte appended.
    private static Key Successor(Key key) => (byte[])[.. key.Span, 0];

    internal bool Contains(ReadOnlySpan<byte> key) =>
        IsSingle
            ? key.SequenceEqual(Start.Span)
            : key.SequenceCompareTo(Start.Span) >= 0 && (IsUnbounded || key.SequenceCompareTo(End.Span) < 0);
}
