using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EmbeddedConsensus;

/// <summary>A value: any bytes, none included.</summary>
/// <remarks>The memory is the caller's: do not change it while a call that was given it runs. What the store hands out
/// is the caller's own copy.</remarks>
[SuppressMessage("Usage", "CA2225", Justification = "FromString and FromBytes are the named alternatives.")]
public readonly struct Value : IEquatable<Value>, IComparable<Value>
{
    /// <summary>Wraps bytes without copying them.</summary>
    /// <param name="bytes">The bytes.</param>
    public Value(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The bytes, as a span.</summary>
    public ReadOnlySpan<byte> Span => Bytes.Span;

    /// <summary>The number of bytes.</summary>
    public int Length => Bytes.Length;

    /// <summary>Whether there are no bytes.</summary>
    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>The UTF-8 bytes of a text.</summary>
    /// <param name="text">The text.</param>
    public static Value FromString(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Wraps an array without copying it.</summary>
    /// <param name="bytes">The bytes.</param>
    public static Value FromBytes(byte[] bytes) => new(bytes);

    /// <summary>The UTF-8 bytes of a text.</summary>
    public static implicit operator Value(string text) => FromString(text);

    /// <summary>Wraps an array without copying it.</summary>
    public static implicit operator Value(byte[] bytes) => new(bytes);

    /// <summary>Wraps memory without copying it.</summary>
    public static implicit operator Value(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Whether both hold the same bytes.</summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>, byte by byte.</summary>
    public static bool operator <(Value left, Value right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>, byte by byte.</summary>
    public static bool operator >(Value left, Value right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(Value left, Value right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(Value left, Value right) => left.CompareTo(right) >= 0;

    /// <inheritdoc />
    public bool Equals(Value other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc />
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Compares byte by byte, the order in which a store keeps its keys.</summary>
    /// <param name="other">What to compare with.</param>
    public int CompareTo(Value other) => Span.SequenceCompareTo(other.Span);

    /// <summary>The bytes read as UTF-8; what is not UTF-8 shows as the replacement character.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
