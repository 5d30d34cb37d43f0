using System.Buffers;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>
/// The one place where bytes of a peer meet the MessagePack reader: every error that the reader throws leaves it as a
/// <see cref="MessagePackFormatException"/>.
/// </summary>
internal static class MessagePackDecoder
{
    /// <summary>Runs a decoding over the bytes.</summary>
    /// <param name="input">The bytes.</param>
    /// <param name="state">Handed to <paramref name="decode"/>.</param>
    /// <param name="decode">The decoding, without captured variables.</param>
    /// <exception cref="ProtocolException">The bytes end early or are not what the decoding expects.</exception>
    public static T Decode<TState, T>(
        in ReadOnlySequence<byte> input, TState state, MessagePackDecoding<TState, T> decode)
    {
        try
        {
            var reader = new MessagePackReader(input);
            return decode(ref reader, state);
        }
        catch (Exception exception) when (IsFormatError(exception))
        {
            throw new MessagePackFormatException(exception);
        }
    }

    /// <summary>Whether an exception means that the bytes are not what the decoding expects.</summary>
    public static bool IsFormatError(Exception exception) =>
        exception is EndOfStreamException or MessagePackSerializationException or OverflowException;
}
