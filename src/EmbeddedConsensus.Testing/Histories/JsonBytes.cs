using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Keys, values and ranges in JSON: a text where the bytes are one, otherwise an array with the bytes in
/// base 64.</summary>
internal static class JsonBytes
{
    public static void Write(Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes)
    {
        json.WritePropertyName(name);
        Write(json, bytes);
    }

    public static void Write(Utf8JsonWriter json, string name, KeyRange range)
    {
        json.WriteStartArray(name);
        Write(json, range.Start.Span);
        Write(json, range.End.Span);
        json.WriteEndArray();
    }

    public static void WriteIfSet(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, true);
        }
    }

    public static void WriteIfSet(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    public static byte[] Read(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element[0].GetBytesFromBase64()
        : Encoding.UTF8.GetBytes(element.GetString()!);

    public static KeyRange ReadRange(JsonElement element)
    {
        Key start = Read(element[0]);
        byte[] end = Read(element[1]);
        return end switch
        {
            [] => KeyRange.Single(start),
            [0] => KeyRange.From(start),
            _ => KeyRange.Between(start, end),
        };
    }

    public static bool ReadFlag(JsonElement element, string name) => element.TryGetProperty(name, out _);

    public static long ReadNumber(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : 0;

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            json.WriteStringValue(bytes);
            return;
        }

        json.WriteStartArray();
        json.WriteBase64StringValue(bytes);
        json.WriteEndArray();
    }
}
