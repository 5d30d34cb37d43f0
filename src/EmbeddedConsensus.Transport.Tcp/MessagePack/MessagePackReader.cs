using System.Buffers;
using System.Text;

namespace EmbeddedConsensus.Transport.Tcp.MessagePack;

/// <summary>
/// Reads values in the MessagePack format. Every length is held against the bytes that are left before anything is
/// allocated for it, so hostile input costs no more memory than its own size asks for.
/// </summary>
/// <exception cref="MessagePackFormatException">Thrown by every read when the bytes end early or are another
/// value.</exception>
internal ref struct MessagePackReader(scoped in ReadOnlySequence<byte> input)
{
    private SequenceReader<byte> _reader = new(input);

    /// <summary>How many bytes are left.</summary>
    public readonly long Remaining => _reader.Remaining;

    /// <summary>Reads nil if it is next.</summary>
    public bool TryReadNil()
    {
        if (!_reader.TryPeek(out byte code))
        {
            throw EndOfInput();
        }

        if (code != MessagePackCode.Nil)
        {
            return false;
        }

        _reader.Advance(1);
        return true;
    }

    /// <summary>Reads a truth value.</summary>
    public bool ReadBoolean()
    {
        byte code = ReadByte();
        return code switch
        {
            MessagePackCode.True => true,
            MessagePackCode.False => false,
            _ => throw Unexpected(code, "a boolean"),
        };
    }

    /// <summary>Reads a number from 0 to 2^64 - 1, in any of its forms.</summary>
    public ulong ReadUInt64()
    {
        byte code = ReadByte();
        return code switch
        {
            <= MessagePackCode.MaxFixInt => code,
            MessagePackCode.UInt8 or MessagePackCode.UInt16 or MessagePackCode.UInt32 or MessagePackCode.UInt64 =>
                ReadBigEndian(1 << (code - MessagePackCode.UInt8)),
            _ => ReadSigned(code) is var value and >= 0
                ? (ulong)value
                : throw new MessagePackFormatException("A number is negative where none may be."),
        };
    }

    /// <summary>Reads a number from -2^63 to 2^63 - 1, in any of its forms.</summary>
    public long ReadInt64()
    {
        byte code = ReadByte();
        switch (code)
        {
            case <= MessagePackCode.MaxFixInt:
                return code;
            case >= MessagePackCode.UInt8 and <= MessagePackCode.UInt64:
                ulong value = ReadBigEndian(1 << (code - MessagePackCode.UInt8));
                return value <= long.MaxValue
                    ? (long)value
                    : throw new MessagePackFormatException($"The number {value} does not fit into 64 bits with a "
                        + "sign.");
            default:
                return ReadSigned(code);
        }
    }

    /// <summary>Reads a number from 0 to <paramref name="max"/>.</summary>
    public uint ReadUInt32(uint max = uint.MaxValue)
    {
        ulong value = ReadUInt64();
        return value <= max
            ? (uint)value
            : throw new MessagePackFormatException($"The number {value} is above the limit of {max}.");
    }

    /// <summary>Begins to read an array, and returns how many values it has.</summary>
    /// <param name="minElementBytes">The fewest bytes that one of its values takes: an array that claims more values
    /// than the rest of the input can hold is refused.</param>
    public int ReadArrayHeader(int minElementBytes = 1)
    {
        byte code = ReadByte();
        uint count = code switch
        {
            >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray =>
                (uint)(code - MessagePackCode.MinFixArray),
            MessagePackCode.Array16 => (uint)ReadBigEndian(2),
            MessagePackCode.Array32 => (uint)ReadBigEndian(4),
            _ => throw Unexpected(code, "an array"),
        };
        return CheckCount(count, minElementBytes);
    }

    /// <summary>Begins to read a map, and returns how many pairs it has.</summary>
    public int ReadMapHeader()
    {
        byte code = ReadByte();
        uint count = code switch
        {
            >= MessagePackCode.MinFixMap and <= MessagePackCode.MaxFixMap => (uint)(code - MessagePackCode.MinFixMap),
            MessagePackCode.Map16 => (uint)ReadBigEndian(2),
            MessagePackCode.Map32 => (uint)ReadBigEndian(4),
            _ => throw Unexpected(code, "a map"),
        };
        return CheckCount(count, 2);
    }

    /// <summary>Reads bytes: a slice of the input, not a copy.</summary>
    public ReadOnlySequence<byte> ReadBinary()
    {
        byte code = ReadByte();
        uint length = code switch
        {
            MessagePackCode.Bin8 => ReadByte(),
            MessagePackCode.Bin16 => (uint)ReadBigEndian(2),
            MessagePackCode.Bin32 => (uint)ReadBigEndian(4),
            _ => throw Unexpected(code, "binary"),
        };
        return ReadRaw(length);
    }

    /// <summary>Reads text of at most <paramref name="maxBytes"/> bytes of UTF-8.</summary>
    public string ReadString(int maxBytes)
    {
        byte code = ReadByte();
        uint length = code switch
        {
            >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr => (uint)(code - MessagePackCode.MinFixStr),
            MessagePackCode.Str8 => ReadByte(),
            MessagePackCode.Str16 => (uint)ReadBigEndian(2),
            MessagePackCode.Str32 => (uint)ReadBigEndian(4),
            _ => throw Unexpected(code, "a string"),
        };
        return length <= maxBytes
            ? Encoding.UTF8.GetString(ReadRaw(length))
            : throw new MessagePackFormatException($"A string of {length} bytes is above the limit of {maxBytes}.");
    }

    /// <summary>Passes over the next value, whatever it is and holds: a field that a newer version added.</summary>
    public void Skip()
    {
        // A count instead of recursion: no depth of nesting can exhaust the stack.
        for (long values = 1; values > 0; values--)
        {
            byte code = ReadByte();
            switch (code)
            {
                case <= MessagePackCode.MaxFixInt or >= MessagePackCode.MinNegativeFixInt:
                case MessagePackCode.Nil or MessagePackCode.True or MessagePackCode.False:
                    break;
                case <= MessagePackCode.MaxFixMap:
                    values += 2L * CheckCount((uint)(code - MessagePackCode.MinFixMap), 2);
                    break;
                case <= MessagePackCode.MaxFixArray:
                    values += CheckCount((uint)(code - MessagePackCode.MinFixArray), 1);
                    break;
                case MessagePackCode.Array16 or MessagePackCode.Array32:
                    values += CheckCount((uint)ReadBigEndian(2 << (code - MessagePackCode.Array16)), 1);
                    break;
                case MessagePackCode.Map16 or MessagePackCode.Map32:
                    values += 2L * CheckCount((uint)ReadBigEndian(2 << (code - MessagePackCode.Map16)), 2);
                    break;
                default:
                    ReadRaw(ScalarLength(code));
                    break;
            }
        }
    }

    // The bytes behind the code of a value that holds no other values.
    private long ScalarLength(byte code) => code switch
    {
        >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr => code - MessagePackCode.MinFixStr,
        MessagePackCode.Bin8 or MessagePackCode.Str8 => ReadByte(),
        MessagePackCode.Bin16 or MessagePackCode.Str16 => (long)ReadBigEndian(2),
        MessagePackCode.Bin32 or MessagePackCode.Str32 => (long)ReadBigEndian(4),
        MessagePackCode.Ext8 => 1 + ReadByte(),
        MessagePackCode.Ext16 => 1 + (long)ReadBigEndian(2),
        MessagePackCode.Ext32 => 1 + (long)ReadBigEndian(4),
        MessagePackCode.Float32 => 4,
        MessagePackCode.Float64 => 8,
        >= MessagePackCode.UInt8 and <= MessagePackCode.UInt64 => 1L << (code - MessagePackCode.UInt8),
        >= MessagePackCode.Int8 and <= MessagePackCode.Int64 => 1L << (code - MessagePackCode.Int8),
        >= MessagePackCode.FixExt1 and <= MessagePackCode.FixExt16 => 1 + (1L << (code - MessagePackCode.FixExt1)),
        _ => throw Unexpected(code, "a value"),
    };

    private long ReadSigned(byte code) => code switch
    {
        >= MessagePackCode.MinNegativeFixInt => (sbyte)code,
        MessagePackCode.Int8 => (sbyte)ReadByte(),
        MessagePackCode.Int16 => (short)ReadBigEndian(2),
        MessagePackCode.Int32 => (int)ReadBigEndian(4),
        MessagePackCode.Int64 => (long)ReadBigEndian(8),
        _ => throw Unexpected(code, "a number"),
    };

    private readonly int CheckCount(uint count, int minElementBytes) =>
        (ulong)count * (ulong)minElementBytes <= (ulong)_reader.Remaining
            ? (int)count
            : throw new MessagePackFormatException(
                $"A collection claims {count} elements of {minElementBytes} bytes or more, and {_reader.Remaining} "
                + "bytes are left.");

    private byte ReadByte() => _reader.TryRead(out byte value) ? value : throw EndOfInput();

    private ulong ReadBigEndian(int bytes)
    {
        if (_reader.Remaining < bytes)
        {
            throw EndOfInput();
        }

        switch (bytes)
        {
            case 2:
                _reader.TryReadBigEndian(out short two);
                return (ushort)two;
            case 4:
                _reader.TryReadBigEndian(out int four);
                return (uint)four;
            case 8:
                _reader.TryReadBigEndian(out long eight);
                return (ulong)eight;
            default:
                return ReadByte();
        }
    }

    private ReadOnlySequence<byte> ReadRaw(long length)
    {
        if (length > _reader.Remaining)
        {
            throw EndOfInput();
        }

        ReadOnlySequence<byte> slice = _reader.UnreadSequence.Slice(0, length);
        _reader.Advance(length);
        return slice;
    }

    private static MessagePackFormatException EndOfInput() =>
        new("The message ends in the middle of a value.");

    private static MessagePackFormatException Unexpected(byte code, string wanted) =>
        new($"Found the format code 0x{code:x2} where {wanted} is due.");
}
