using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EmbeddedConsensus;

/// <summary>A value: any bytes, none included.</summary>
/// <remarks>Wrapped memory stays the caller's: do not change it while a call that received it runs. What the store
/// returns is a copy of the caller's own. In JSON it is a string, see <see cref="ValueJsonConverter"/>.</remarks>
[JsonConverter(typeof(ValueJsonConverter))]
[SuppressMessage(
    "Usage", "CA2225", Justification = "FromString, FromBytes, ToString and ToArray are the named alternatives.")]
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
    /// <exception cref="ArgumentException"><paramref name="text"/> has a surrogate without its partner: UTF-8 cannot
    /// express it, and two such texts would become the same bytes.</exception>
    public static Value FromString(string text) => new(StrictUtf8.GetBytes(text));

    /// <summary>Writes an object as JSON, in UTF-8 without white space.</summary>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <param name="value">The object.</param>
    /// <param name="typeInfo">How to write it, from a <see cref="JsonSerializerContext"/>: works with trimming and
    /// native AOT.</param>
    public static Value WriteJson<T>(T value, JsonTypeInfo<T> typeInfo) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));

    /// <summary>Wraps an array without copying it.</summary>
    /// <param name="bytes">The bytes.</param>
    public static Value FromBytes(byte[] bytes) => new(bytes);

    /// <inheritdoc cref="FromString" />
    public static implicit operator Value(string text) => FromString(text);

    /// <summary>Wraps an array without copying it.</summary>
    public static implicit operator Value(byte[] bytes) => new(bytes);

    /// <summary>Wraps memory without copying it.</summary>
    public static implicit operator Value(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Wraps memory without copying it.</summary>
    public static implicit operator Value(Memory<byte> bytes) => new(bytes);

    /// <summary>Copies bytes, such as those of a <c>u8</c> literal.</summary>
    public static implicit operator Value(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <inheritdoc cref="ToString" />
    public static explicit operator string(Value value) => value.ToString();

    /// <inheritdoc cref="ToArray" />
    public static explicit operator byte[](Value value) => value.ToArray();

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

    /// <summary>Compares byte by byte, as conditions and sorted ranges do.</summary>
    /// <param name="other">The other one.</param>
    public int CompareTo(Value other) => Span.SequenceCompareTo(other.Span);

    /// <summary>Reads the value as JSON.</summary>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <param name="typeInfo">How to read it, from a <see cref="JsonSerializerContext"/>: works with trimming and
    /// native AOT.</param>
    /// <returns>The object; null when the JSON is <c>null</c>.</returns>
    /// <exception cref="JsonException">The value is not JSON of that type.</exception>
    public T? ReadJson<T>(JsonTypeInfo<T> typeInfo) => JsonSerializer.Deserialize(Span, typeInfo);

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <summary>The bytes decoded as UTF-8; invalid bytes become the replacement character, so that the text may not
    /// lead back to the bytes.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
