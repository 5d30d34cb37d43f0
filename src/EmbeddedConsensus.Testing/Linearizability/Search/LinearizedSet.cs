namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// The calls that a path of the search has taken, as a key of the cache: bits of the calls that returned, in the order
/// of their starts, and bits of those that never did.
/// </summary>
/// <remarks>Calls are taken nearly in the order of their starts. So of the former only the words between the first that
/// is not full and the last that is not empty are kept; they are few however long the history is.</remarks>
internal readonly struct LinearizedSet : IEquatable<LinearizedSet>
{
    private readonly ulong[] _words;
    private readonly int _firstWord;
    private readonly int _hash;

    /// <summary>Copies the bits of a path.</summary>
    /// <param name="returned">The bits of the calls that returned.</param>
    /// <param name="firstWord">The first of their words that is not full.</param>
    /// <param name="unreturned">The bits of the calls that never did.</param>
    public LinearizedSet(ReadOnlySpan<ulong> returned, int firstWord, ReadOnlySpan<ulong> unreturned)
    {
        ReadOnlySpan<ulong> window = returned[Math.Min(firstWord, returned.Length)..].TrimEnd(0UL);
        ReadOnlySpan<ulong> rest = unreturned.TrimEnd(0UL);
        _firstWord = firstWord;
        _words = new ulong[window.Length + rest.Length + 1];
        // The boundary between the two parts is part of the comparison.
        _words[0] = (ulong)window.Length;
        window.CopyTo(_words.AsSpan(1));
        rest.CopyTo(_words.AsSpan(window.Length + 1));
        HashCode hash = default;
        hash.Add(firstWord);
        foreach (ulong word in _words)
        {
            hash.Add(word);
        }

        _hash = hash.ToHashCode();
    }

    /// <inheritdoc />
    public bool Equals(LinearizedSet other) =>
        _hash == other._hash && _firstWord == other._firstWord && _words.AsSpan().SequenceEqual(other._words);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is LinearizedSet other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;
}
