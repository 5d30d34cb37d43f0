using System.Buffers.Binary;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Writes of payloads.</summary>
internal static class MessagePackWriterExtensions
{
    /// <summary>The longest binary that the library writes by itself: it asks the output for header and payload in one
    /// piece.</summary>
    private const int MaxContiguousBytes = 4 * 1024;

    private const int MaxHeaderBytes = 5;

    /// <summary>Writes binary. The output may split a large one over several of its blocks.</summary>
    public static void WriteBinary(this ref MessagePackWriter writer, ReadOnlySpan<byte> value)
    {
        if (value.Length <= MaxContiguousBytes)
        {
            writer.Write(value);
            return;
        }

        Span<byte> header = writer.GetSpan(MaxHeaderBytes);
        if (value.Length <= ushort.MaxValue)
        {
            header[0] = MessagePackCode.Bin16;
            BinaryPrimitives.WriteUInt16BigEndian(header[1..], (ushort)value.Length);
            writer.Advance(1 + sizeof(ushort));
        }
        else
        {
            header[0] = MessagePackCode.Bin32;
            BinaryPrimitives.WriteInt32BigEndian(header[1..], value.Length);
            writer.Advance(MaxHeaderBytes);
        }

        writer.WriteRaw(value);
    }
}
