using System.Buffers;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Reads that the library does not have.</summary>
internal static class MessagePackReaderExtensions
{
    /// <summary>Reads binary as a slice of the input. Nil and text, which the library reads as binary too, are
    /// refused.</summary>
    public static ReadOnlySequence<byte> ReadBinary(this ref MessagePackReader reader) =>
        reader.NextMessagePackType == MessagePackType.Binary
            ? reader.ReadBytes().GetValueOrDefault()
            : throw new MessagePackFormatException(
                $"Found the format code 0x{reader.NextCode:x2} instead of binary.");

    /// <summary>Skips the next value with everything in it: a field that a newer version added.</summary>
    /// <remarks>Counts instead of recursing, as the library's Skip does, so that no depth of nesting can exhaust the
    /// stack.</remarks>
    public static void SkipValue(this ref MessagePackReader reader)
    {
        for (long values = 1; values > 0; values--)
        {
            switch (reader.NextMessagePackType)
            {
                case MessagePackType.Array:
                    values += reader.ReadArrayHeader();
                    break;
                case MessagePackType.Map:
                    values += 2L * reader.ReadMapHeader();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }
}
