using System.Globalization;

namespace EmbeddedConsensus;

/// <summary>Names one member of a cluster for as long as the cluster lives. An id is never given to another member.</summary>
/// <param name="Value">Any number but zero, which stands for "no member".</param>
public readonly record struct MemberId(ulong Value) : IComparable<MemberId>
{
    /// <summary>No member: an unknown leader, a vote not given.</summary>
    public static MemberId None => default;

    /// <summary>Whether this names no member.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc />
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <summary>The id in hexadecimal, as etcd tools print it.</summary>
    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(MemberId left, MemberId right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> sorts behind <paramref name="right"/>.</summary>
    public static bool operator >(MemberId left, MemberId right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(MemberId left, MemberId right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> sorts behind <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(MemberId left, MemberId right) => left.Value >= right.Value;
}
