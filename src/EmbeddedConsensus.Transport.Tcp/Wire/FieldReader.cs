using System.Diagnostics.CodeAnalysis;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Reads MessagePack values from bytes that lie in one piece: what <see cref="MessagePackReader"/> reads,
/// without the cost of a sequence for each value. A peer's claims are held against the bytes that are left, before
/// memory is allocated for them.</summary>
/// <param name="input">Exactly the bytes of the message.</param>
internal ref struct FieldReader(ReadOnlyMemory<byte> input)
{
    private readonly ReadOnlyMemory<byte> _input = input;
    private readonly ReadOnlySpan<byte> _bytes = input.Span;
    private int _position;

    /// <summary>The number of bytes left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Reads a number from 0.</summary>
    public ulong ReadUInt64()
    {
        ReadOnlySpan<byte> rest = _bytes[_position..];
        if (!rest.IsEmpty && rest[0] <= MessagePackCode.MaxFixInt)
        {
            _position++;
            return rest[0];
        }

        MessagePackPrimitives.DecodeResult result =
            MessagePackPrimitives.TryReadUInt64(rest, out ulong value, out int size);
        return Take(result, size, value);
    }

    /// <summary>Reads a number from 0 to 2^32 - 1.</summary>
    public uint ReadUInt32() => Take(
        MessagePackPrimitives.TryReadUInt32(_bytes[_position..], out uint value, out int size), size, value);

    /// <summary>Reads a number.</summary>
    public long ReadInt64() => Take(
        MessagePackPrimitives.TryReadInt64(_bytes[_position..], out long value, out int size), size, value);

    /// <summary>Reads true or false.</summary>
    public bool ReadBoolean() => Take(
        MessagePackPrimitives.TryReadBool(_bytes[_position..], out bool value, out int size), size, value);

    /// <summary>Skips nil, if that is the next value.</summary>
    public bool TryReadNil()
    {
        bool isNil = Remaining > 0 && _bytes[_position] == MessagePackCode.Nil;
        _position += isNil ? 1 : 0;
        return isNil;
    }

    /// <summary>Begins to read an array, and returns the number of its values.</summary>
    /// <param name="minElementBytes">The fewest bytes that one of the values takes: an array that claims more values
    /// than the rest of the input can hold is refused.</param>
    public int ReadArrayHeader(int minElementBytes = 1)
    {
        uint count = Take(
            MessagePackPrimitives.TryReadArrayHeader(_bytes[_position..], out uint read, out int size), size, read);
        return (long)count * minElementBytes <= Remaining
            ? (int)count
            : throw new MessagePackFormatException(
                $"An array claims {count} values of {minElementBytes} bytes or more, and {Remaining} bytes are left.");
    }

    /// <summary>Reads binary as a slice of the input. Nil and text are refused.</summary>
    public ReadOnlyMemory<byte> ReadBinary()
    {
        uint length = Take(
            MessagePackPrimitives.TryReadBinHeader(_bytes[_position..], out uint read, out int size), size, read);
        if (length > (uint)Remaining)
        {
            throw new MessagePackFormatException($"Binary of {length} bytes begins, and {Remaining} bytes are left.");
        }

        ReadOnlyMemory<byte> value = _input.Slice(_position, (int)length);
        _position += (int)length;
        return value;
    }

    /// <summary>Skips the next value with everything in it: a field that a newer version added.</summary>
    public void SkipValue()
    {
        var reader = new MessagePackReader(_input[_position..]);
        reader.SkipValue();
        _position += (int)reader.Consumed;
    }

    private T Take<T>(MessagePackPrimitives.DecodeResult result, int size, T value)
    {
        if (result != MessagePackPrimitives.DecodeResult.Success)
        {
            ThrowUnreadable(result);
        }

        _position += size;
        return value;
    }

    [DoesNotReturn]
    private readonly void ThrowUnreadable(MessagePackPrimitives.DecodeResult result) => throw (
        result == MessagePackPrimitives.DecodeResult.TokenMismatch
            ? new MessagePackFormatException($"Found the format code 0x{_bytes[_position]:x2} of another type.")
            : new MessagePackFormatException("The message ends inside a value."));
}
