using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EmbeddedConsensus.Transport.Tcp.MessagePack;

/// <summary>
/// Writes values in the MessagePack format, each in its shortest form. Nothing reaches the output before
/// <see cref="Flush"/>.
/// </summary>
internal ref struct MessagePackWriter(IBufferWriter<byte> output)
{
    /// <summary>The longest header of a binary, a string, an array or a map, and the longest integer but for its
    /// code.</summary>
    private const int MaxScalarBytes = 9;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span;
    private int _position;

    /// <summary>Writes nil.</summary>
    public void WriteNil() => WriteByte(MessagePackCode.Nil);

    /// <summary>Writes a truth value.</summary>
    public void WriteBoolean(bool value) => WriteByte(value ? MessagePackCode.True : MessagePackCode.False);

    /// <summary>Writes a number that is not negative.</summary>
    public void WriteUInt64(ulong value)
    {
        Span<byte> span = Reserve(MaxScalarBytes);
        switch (value)
        {
            case <= MessagePackCode.MaxFixInt:
                span[0] = (byte)value;
                _position += 1;
                break;
            case <= byte.MaxValue:
                span[0] = MessagePackCode.UInt8;
                span[1] = (byte)value;
                _position += 2;
                break;
            case <= ushort.MaxValue:
                span[0] = MessagePackCode.UInt16;
                BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)value);
                _position += 3;
                break;
            case <= uint.MaxValue:
                span[0] = MessagePackCode.UInt32;
                BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)value);
                _position += 5;
                break;
            default:
                span[0] = MessagePackCode.UInt64;
                BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
                _position += 9;
                break;
        }
    }

    /// <summary>Writes a number.</summary>
    public void WriteInt64(long value)
    {
        if (value >= 0)
        {
            WriteUInt64((ulong)value);
            return;
        }

        Span<byte> span = Reserve(MaxScalarBytes);
        switch (value)
        {
            case >= -32:
                span[0] = (byte)value;
                _position += 1;
                break;
            case >= sbyte.MinValue:
                span[0] = MessagePackCode.Int8;
                span[1] = (byte)value;
                _position += 2;
                break;
            case >= short.MinValue:
                span[0] = MessagePackCode.Int16;
                BinaryPrimitives.WriteInt16BigEndian(span[1..], (short)value);
                _position += 3;
                break;
            case >= int.MinValue:
                span[0] = MessagePackCode.Int32;
                BinaryPrimitives.WriteInt32BigEndian(span[1..], (int)value);
                _position += 5;
                break;
            default:
                span[0] = MessagePackCode.Int64;
                BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
                _position += 9;
                break;
        }
    }

    /// <summary>Begins an array: exactly <paramref name="count"/> values follow.</summary>
    public void WriteArrayHeader(int count)
    {
        if (count <= MessagePackCode.MaxFixArray - MessagePackCode.MinFixArray)
        {
            WriteByte((byte)(MessagePackCode.MinFixArray + count));
        }
        else
        {
            WriteLength(count, 0, MessagePackCode.Array16, MessagePackCode.Array32);
        }
    }

    /// <summary>Begins a map: exactly <paramref name="count"/> pairs of a key and a value follow.</summary>
    public void WriteMapHeader(int count)
    {
        if (count <= MessagePackCode.MaxFixMap - MessagePackCode.MinFixMap)
        {
            WriteByte((byte)(MessagePackCode.MinFixMap + count));
        }
        else
        {
            WriteLength(count, 0, MessagePackCode.Map16, MessagePackCode.Map32);
        }
    }

    /// <summary>Writes bytes.</summary>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        WriteLength(value.Length, MessagePackCode.Bin8, MessagePackCode.Bin16, MessagePackCode.Bin32);
        WriteRaw(value);
    }

    /// <summary>Writes text, in UTF-8.</summary>
    public void WriteString(ReadOnlySpan<char> value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        if (length <= MessagePackCode.MaxFixStr - MessagePackCode.MinFixStr)
        {
            WriteByte((byte)(MessagePackCode.MinFixStr + length));
        }
        else
        {
            WriteLength(length, MessagePackCode.Str8, MessagePackCode.Str16, MessagePackCode.Str32);
        }

        Encoding.UTF8.GetBytes(value, Reserve(length));
        _position += length;
    }

    /// <summary>Hands what was written to the output. Call it last, and after it write no more than a further
    /// value followed by another call.</summary>
    public void Flush()
    {
        _output.Advance(_position);
        _span = default;
        _position = 0;
    }

    private void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        _position++;
    }

    // A code of zero stands for "this kind of value has no 8-bit length".
    private void WriteLength(int length, byte code8, byte code16, byte code32)
    {
        Span<byte> span = Reserve(MaxScalarBytes);
        if (length <= byte.MaxValue && code8 != 0)
        {
            span[0] = code8;
            span[1] = (byte)length;
            _position += 2;
        }
        else if (length <= ushort.MaxValue)
        {
            span[0] = code16;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)length);
            _position += 3;
        }
        else
        {
            span[0] = code32;
            BinaryPrimitives.WriteInt32BigEndian(span[1..], length);
            _position += 5;
        }
    }

    private void WriteRaw(ReadOnlySpan<byte> value)
    {
        if (value.TryCopyTo(_span[_position..]))
        {
            _position += value.Length;
            return;
        }

        // Larger than what is left: let the output split it, so that it needs no block of that size.
        Flush();
        _output.Write(value);
    }

    private Span<byte> Reserve(int size)
    {
        if (_span.Length - _position < size)
        {
            Flush();
            _span = _output.GetSpan(size);
        }

        return _span[_position..];
    }
}
