using System.Buffers;

namespace EmbeddedConsensus.Commands;

/// <summary>Writes the body of a command, as <see cref="CommandReader"/> reads it.</summary>
internal readonly ref struct CommandWriter(IBufferWriter<byte> output)
{
    private const int LongestNumber = 10;

    /// <summary>The bytes that a number takes.</summary>
    public static int NumberLength(long value)
    {
        int length = 1;
        for (ulong rest = (ulong)value >> 7; rest != 0; rest >>= 7)
        {
            length++;
        }

        return length;
    }

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    /// <summary>Writes a number, 7 bits a byte, lowest first.</summary>
    public void WriteNumber(long value)
    {
        Span<byte> span = output.GetSpan(LongestNumber);
        output.Advance(WriteNumber(span, value));
    }

    /// <summary>Writes bytes with their length before them.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteNumber(bytes.Length);
        output.Write(bytes);
    }

    /// <summary>Writes a number into a span and gives the bytes that it took.</summary>
    public static int WriteNumber(Span<byte> destination, long value)
    {
        int length = 0;
        ulong rest = (ulong)value;
        while (rest >= 0x80)
        {
            destination[length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        destination[length++] = (byte)rest;
        return length;
    }

    /// <summary>Writes bytes with their length before them into a span and gives the bytes that it all took.</summary>
    public static int WriteBytes(Span<byte> destination, ReadOnlySpan<byte> bytes)
    {
        int length = WriteNumber(destination, bytes.Length);
        bytes.CopyTo(destination[length..]);
        return length + bytes.Length;
    }
}
