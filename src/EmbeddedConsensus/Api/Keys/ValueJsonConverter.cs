using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmbeddedConsensus;

/// <summary>Values in JSON: the text where the bytes are UTF-8, otherwise <c>base64:</c> and the bytes in base 64. A
/// text that begins with <c>base64:</c> is written in base 64 too, so that a round trip is exact.</summary>
public sealed class ValueJsonConverter : JsonConverter<Value>
{
    /// <inheritdoc />
    public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonBytes.Read(ref reader);

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        JsonBytes.Write(writer, value.Span);
    }

    /// <inheritdoc />
    public override Value ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonBytes.Read(ref reader);

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Value value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        JsonBytes.WriteName(writer, value.Span);
    }
}
