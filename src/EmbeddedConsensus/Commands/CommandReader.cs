namespace EmbeddedConsensus.Commands;

/// <summary>Reads the body of a command. A replica wrote the bytes, and their checksum was verified, so anything
/// malformed is a broken invariant.</summary>
internal ref struct CommandReader(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private int _position;

    /// <summary>Whether everything was read.</summary>
    public readonly bool AtEnd => _position == _body.Length;

    /// <summary>The bytes not yet read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _body[_position..];

    /// <summary>Reads one byte.</summary>
    public byte ReadByte()
    {
        if (_position >= _body.Length)
        {
            throw Malformed();
        }

        return _body[_position++];
    }

    /// <summary>Reads a set of flags.</summary>
    /// <param name="known">The flags that this version executes.</param>
    /// <exception cref="InvariantViolationException">Others are set: ignoring them would do something else than the
    /// members that know them.</exception>
    public byte ReadFlags(byte known)
    {
        byte flags = ReadByte();
        return (flags & ~known) == 0
            ? flags
            : throw new InvariantViolationException(
                $"A command has an operation with the unknown flags 0x{flags & ~known:x2}. It was written by a newer "
                + "version of the library.");
    }

    /// <summary>Reads a number of up to 64 bits, 7 bits a byte, lowest first.</summary>
    public long ReadNumber()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw Malformed();
    }

    /// <summary>Reads a length or a count: at most the number of bytes left.</summary>
    public int ReadLength()
    {
        long length = ReadNumber();
        if ((ulong)length > (ulong)(_body.Length - _position))
        {
            throw Malformed();
        }

        return (int)length;
    }

    /// <summary>Reads bytes that follow their length.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        int length = ReadLength();
        ReadOnlySpan<byte> bytes = _body.Slice(_position, length);
        _position += length;
        return bytes;
    }

    /// <summary>Requires that everything was read.</summary>
    /// <exception cref="InvariantViolationException">There is more than this version knows of.</exception>
    public readonly void RequireEnd()
    {
        if (!AtEnd)
        {
            throw Malformed();
        }
    }

    private readonly InvariantViolationException Malformed() =>
        new($"An operation of {_body.Length} bytes is malformed at byte {_position}.") { IsMalformed = true };
}
