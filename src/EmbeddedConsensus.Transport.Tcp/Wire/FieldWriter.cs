using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Writes MessagePack values into one span that has room for all of them: what
/// <see cref="MessagePackWriter"/> writes, without asking the output for each value.</summary>
/// <param name="output">The span. Too small a one is a mistake of the caller.</param>
internal ref struct FieldWriter(Span<byte> output)
{
    private readonly Span<byte> _output = output;

    /// <summary>The bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Writes a number.</summary>
    public void Write(ulong value)
    {
        if (value <= MessagePackRange.MaxFixPositiveInt)
        {
            _output[Length++] = (byte)value;
            return;
        }

        Take(MessagePackPrimitives.TryWrite(_output[Length..], value, out int written), written);
    }

    /// <summary>Writes a number.</summary>
    public void Write(long value) =>
        Take(MessagePackPrimitives.TryWrite(_output[Length..], value, out int written), written);

    /// <summary>Writes true or false.</summary>
    public void Write(bool value) => _output[Length++] = value ? MessagePackCode.True : MessagePackCode.False;

    /// <summary>Writes nil.</summary>
    public void WriteNil() => _output[Length++] = MessagePackCode.Nil;

    /// <summary>Begins an array.</summary>
    public void WriteArrayHeader(int count) =>
        Take(MessagePackPrimitives.TryWriteArrayHeader(_output[Length..], (uint)count, out int written), written);

    /// <summary>Begins binary; its bytes follow.</summary>
    public void WriteBinaryHeader(int length) =>
        Take(MessagePackPrimitives.TryWriteBinHeader(_output[Length..], (uint)length, out int written), written);

    /// <summary>Writes bytes as they are.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_output[Length..]);
        Length += bytes.Length;
    }

    private void Take(bool isWritten, int written)
    {
        if (!isWritten)
        {
            throw new InvariantViolationException($"{_output.Length} bytes are too few for the fields of a message.");
        }

        Length += written;
    }
}
