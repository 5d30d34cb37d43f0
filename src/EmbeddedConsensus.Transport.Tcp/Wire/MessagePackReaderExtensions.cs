using System.Buffers;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Reads that hold a peer's claims against the bytes that are left, before memory is allocated for
/// them.</summary>
internal static class MessagePackReaderExtensions
{
    /// <summary>The number of bytes left.</summary>
    public static long Remaining(this in MessagePackReader reader) => reader.Sequence.Length - reader.Consumed;

    /// <summary>Begins to read an array, and returns the number of its values.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="minElementBytes">The fewest bytes that one of the values takes: an array that claims more values
    /// than the rest of the input can hold is refused.</param>
    public static int ReadArrayHeader(this ref MessagePackReader reader, int minElementBytes)
    {
        int count = reader.ReadArrayHeader();
        return count == 0 || (long)count * minElementBytes <= reader.Remaining()
            ? count
            : throw new MessagePackFormatException(
                $"An array claims {count} values of {minElementBytes} bytes or more, and {reader.Remaining()} bytes "
                + "are left.");
    }

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
