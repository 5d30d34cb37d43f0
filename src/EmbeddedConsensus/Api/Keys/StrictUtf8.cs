using System.Text;

namespace EmbeddedConsensus;

/// <summary>Encodes texts so that two different ones never become the same bytes.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Encoding =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The UTF-8 bytes of a text.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="text"/> has a surrogate without its partner.</exception>
    public static byte[] GetBytes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return Encoding.GetBytes(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException(
                $"The text has a lone surrogate at position {exception.Index}, which UTF-8 cannot express. Use the "
                + "bytes that you mean instead of a text.",
                nameof(text), exception);
        }
    }
}
