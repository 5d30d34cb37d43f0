using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Serialization;

namespace EmbeddedConsensus;

/// <summary>A key: one byte or more, ordered byte by byte.</summary>
/// <remarks>Wrapped memory stays the caller's: do not change it while a call that received it runs. What the store
/// returns is a copy of the caller's own. In JSON it is a string, see <see cref="KeyJsonConverter"/>.</remarks>
[JsonConverter(typeof(KeyJsonConverter))]
[SuppressMessage(
    "Usage", "CA2225", Justification = "FromString, FromBytes, ToString and ToArray are the named alternatives.")]
public readonly struct Key : IEquatable<Key>, IComparable<Key>
{
    /// <summary>Wraps bytes without copying them.</summary>
    /// <param name="bytes">The bytes.</param>
    public Key(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

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
    /// <exception cref="ArgumentException"><paramref name="text"/> has a surrogate without its partner: UTF-8 cannot
    /// express it, and two such texts would become the same bytes.</exception>
    public static Key FromString(string text) => new(StrictUtf8.GetBytes(text));

    /// <summary>Wraps an array without copying it.</summary>
    /// <param name="bytes">The bytes.</param>
    public static Key FromBytes(byte[] bytes) => new(bytes);

    /// <inheritdoc cref="FromString" />
    public static implicit operator Key(string text) => FromString(text);

    /// <summary>Wraps an array without copying it.</summary>
    public static implicit operator Key(byte[] bytes) => new(bytes);

    /// <summary>Wraps memory without copying it.</summary>
    public static implicit operator Key(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Wraps memory without copying it.</summary>
    public static implicit operator Key(Memory<byte> bytes) => new(bytes);

    /// <summary>Copies bytes, such as those of a <c>u8</c> literal.</summary>
    public static implicit operator Key(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <inheritdoc cref="ToString" />
    public static explicit operator string(Key key) => key.ToString();

    /// <inheritdoc cref="ToArray" />
    public static explicit operator byte[](Key key) => key.ToArray();

    /// <summary>Whether both hold the same bytes.</summary>
    public static bool operator ==(Key left, Key right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(Key left, Key right) => !left.Equals(right);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>, byte by byte.</summary>
    public static bool operator <(Key left, Key right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>, byte by byte.</summary>
    public static bool operator >(Key left, Key right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(Key left, Key right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(Key left, Key right) => left.CompareTo(right) >= 0;

    /// <inheritdoc />
    public bool Equals(Key other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc />
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Key other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Compares byte by byte, the order in which a store keeps its keys.</summary>
    /// <param name="other">The other one.</param>
    public int CompareTo(Key other) => Span.SequenceCompareTo(other.Span);

    /// <summary>Whether the key begins with <paramref name="prefix"/>; every key does with an empty one.</summary>
    /// <param name="prefix">The bytes to look for.</param>
    public bool StartsWith(Key prefix) => Span.StartsWith(prefix.Span);

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>The bytes decoded as UTF-8; invalid bytes become the replacement character, so that the text may not
    /// lead back to the bytes.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
