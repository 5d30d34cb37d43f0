namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>A count for each value of an enumeration whose values are 0, 1, 2 and so on.</summary>
internal sealed class Tally<TKind> : IEquatable<Tally<TKind>>
    where TKind : struct, Enum
{
    private static readonly TKind[] Kinds = Enum.GetValues<TKind>();

    private readonly long[] _counts = new long[Kinds.Length];

    /// <summary>The sum of all counts.</summary>
    public long Total => _counts.Sum();

    /// <summary>A count.</summary>
    public long this[TKind kind] => _counts[IndexOf(kind)];

    /// <summary>Counts one more.</summary>
    public void Add(TKind kind) => _counts[IndexOf(kind)]++;

    /// <summary>Adds all counts of another tally.</summary>
    public void Add(Tally<TKind> other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>The values with their counts, in the order of the values.</summary>
    public IEnumerable<(TKind Kind, long Count)> Counts() => Kinds.Select(kind => (kind, this[kind]));

    /// <inheritdoc />
    public bool Equals(Tally<TKind>? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Tally<TKind>);

    /// <inheritdoc />
    public override int GetHashCode() => Total.GetHashCode();

    /// <inheritdoc />
    public override string ToString() =>
        string.Join(", ", Counts().Where(item => item.Count > 0).Select(item => $"{item.Count} {item.Kind}"));

    private static int IndexOf(TKind kind) => System.Runtime.CompilerServices.Unsafe.BitCast<TKind, byte>(kind);
}
