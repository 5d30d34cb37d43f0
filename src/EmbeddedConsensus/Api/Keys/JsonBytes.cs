using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EmbeddedConsensus;

/// <summary>The form of keys and values in JSON, always a string: the bytes as text where they are UTF-8, otherwise
/// <c>base64:</c> and the bytes in base 64. A text that begins with <c>base64:</c> is written in base 64 too, so that
/// what is read is exactly what was written.</summary>
internal static class JsonBytes
{
    private const string Prefix = "base64:";

    /// <summary>Reads the current string or property name.</summary>
    /// <exception cref="JsonException">It is no string, no Unicode text, or not valid after the prefix.</exception>
    public static byte[] Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw new JsonException("A key or value is a string.");
        }

        string text = reader.GetString()!;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Convert.TryFromBase64Chars(text.AsSpan(Prefix.Length), bytes, out int length)
            ? bytes[..length]
            : throw new JsonException($"The text after '{Prefix}' is not base 64.");
    }

    /// <summary>Writes bytes as a string.</summary>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        if (IsText(bytes))
        {
            writer.WriteStringValue(bytes);
        }
        else
        {
            writer.WriteStringValue(Prefix + Convert.ToBase64String(bytes));
        }
    }

    /// <summary>Writes bytes as the name of a property.</summary>
    public static void WriteName(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        if (IsText(bytes))
        {
            writer.WritePropertyName(bytes);
        }
        else
        {
            writer.WritePropertyName(Prefix + Convert.ToBase64String(bytes));
        }
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => !bytes.StartsWith("base64:"u8) && Utf8.IsValid(bytes);
}
