using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace EmbeddedConsensus;

/// <summary>Names one member of a cluster for as long as the cluster lives. An id is never given to another
/// member.</summary>
/// <remarks>Written as a decimal number in options, configuration files, messages and JSON.</remarks>
/// <param name="Value">Any number but zero, which stands for "no member".</param>
[TypeConverter(typeof(MemberIdConverter))]
[JsonConverter(typeof(MemberIdJsonConverter))]
public readonly record struct MemberId(ulong Value) : IComparable<MemberId>, ISpanParsable<MemberId>
{
    /// <summary>No member: an unknown leader, a vote not given.</summary>
    public static MemberId None => default;

    /// <summary>Whether this names no member.</summary>
    public bool IsNone => Value == 0;

    /// <summary>Reads an id.</summary>
    /// <param name="s">A decimal number without sign or separators.</param>
    /// <param name="provider">Not used: ids are written alike everywhere.</param>
    /// <exception cref="FormatException"><paramref name="s"/> is no such number.</exception>
    /// <exception cref="OverflowException">It is above <see cref="ulong.MaxValue"/>.</exception>
    public static MemberId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        new(ulong.Parse(s, NumberStyles.None, CultureInfo.InvariantCulture));

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)" />
    /// <exception cref="ArgumentNullException"><paramref name="s"/> is null.</exception>
    public static MemberId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <summary>Reads an id, if it is one.</summary>
    /// <param name="s">A decimal number without sign or separators.</param>
    /// <param name="provider">Not used: ids are written alike everywhere.</param>
    /// <param name="result">The id; <see cref="None"/> when there is none.</param>
    /// <returns>Whether <paramref name="s"/> is such a number.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out MemberId result)
    {
        bool isNumber = ulong.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value);
        result = new MemberId(value);
        return isNumber;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out MemberId)" />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MemberId result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <summary>The id as a decimal number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(MemberId left, MemberId right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(MemberId left, MemberId right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(MemberId left, MemberId right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(MemberId left, MemberId right) => left.Value >= right.Value;
}
