namespace EmbeddedConsensus.Commands;

/// <summary>Reads the body of a command. What it reads was checked against a checksum and written by a replica, so
/// anything malformed is a broken invariant.</summary>
internal ref struct CommandReader(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private int _position;

    /// <summary>Whether everything was read.</summary>
    public readonly bool AtEnd => _position == _body.Length;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte()
    {
        if (_position >= _body.Length)
        {
            throw Malformed();
        }

        return _body[_position++];
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

    /// <summary>Reads a length or a count: no more than there are bytes left.</summary>
    public int ReadLength()
    {
        long length = ReadNumber();
        if ((ulong)length > (ulong)(_body.Length - _position))
        {
            throw Malformed();
        }

        return (int)length;
    }

    /// <summary>Reads bytes with their length before them.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        int length = ReadLength();
        ReadOnlySpan<byte> bytes = _body.Slice(_position, length);
        _position += length;
        return bytes;
    }

    private readonly InvariantViolationException Malformed() =>
        new($"A command of {_body.Length} bytes is malformed at byte {_position} of its body.");
}
