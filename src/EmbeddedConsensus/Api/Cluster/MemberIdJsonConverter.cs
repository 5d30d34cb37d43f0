using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmbeddedConsensus;

/// <summary>Member ids in JSON: a number, and a text of digits as the name of a property. A text of digits is read as
/// well.</summary>
public sealed class MemberIdJsonConverter : JsonConverter<MemberId>
{
    /// <inheritdoc />
    public override MemberId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Parse(ref reader) : new MemberId(reader.GetUInt64());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, MemberId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(value.Value);
    }

    /// <inheritdoc />
    public override MemberId ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(ref reader);

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, MemberId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString());
    }

    private static MemberId Parse(ref Utf8JsonReader reader) =>
        MemberId.TryParse(reader.GetString(), null, out MemberId id)
            ? id
            : throw new JsonException("A member id is a number without sign, or a text of its digits.");
}
