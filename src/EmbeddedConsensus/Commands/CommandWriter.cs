namespace EmbeddedConsensus.Commands;

/// <summary>Writes the body of a command, as <see cref="CommandReader"/> reads it, into a span of its length.</summary>
internal ref struct CommandWriter(Span<byte> destination)
{
    /// <summary>The longest encoding of a number, in bytes.</summary>
    public const int LongestNumber = 10;

    private readonly Span<byte> _destination = destination;

    /// <summary>The number of bytes written.</summary>
    public int Position { get; private set; }

    /// <summary>The length of an encoded number, in bytes.</summary>
    public static int NumberLength(long value)
    {
        int length = 1;
        for (ulong rest = (ulong)value >> 7; rest != 0; rest >>= 7)
        {
            length++;
        }

        return length;
    }

    /// <summary>The length of so many bytes with their length before them.</summary>
    public static long BytesLength(long length) => NumberLength(length) + length;

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value) => _destination[Position++] = value;

    /// <summary>Writes a number, 7 bits a byte, lowest first.</summary>
    public void WriteNumber(long value)
    {
        ulong rest = (ulong)value;
        while (rest >= 0x80)
        {
            WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        WriteByte((byte)rest);
    }

    /// <summary>Writes bytes after their length.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteNumber(bytes.Length);
        bytes.CopyTo(_destination[Position..]);
        Position += bytes.Length;
    }
}
