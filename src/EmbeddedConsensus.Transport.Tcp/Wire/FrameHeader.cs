using System.Buffers;
using System.Buffers.Binary;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>
/// What stands before each message: the body's length (4 bytes, little-endian), the format version (1 byte) and the
/// CRC-32C of those five bytes and the body (4 bytes, little-endian). A frame without a body only shows that the
/// connection lives.
/// </summary>
/// <param name="BodyLength">The bytes that follow the header.</param>
/// <param name="Version">The format version of the body.</param>
/// <param name="Checksum">The checksum that the sender computed.</param>
internal readonly record struct FrameHeader(uint BodyLength, byte Version, uint Checksum)
{
    /// <summary>The bytes of a header.</summary>
    public const int Size = CheckedSize + sizeof(uint);

    private const int CheckedSize = sizeof(uint) + 1;

    /// <summary>Begins the checksum of a frame with its length and version.</summary>
    public static uint BeginChecksum(uint bodyLength, byte version)
    {
        Span<byte> bytes = stackalloc byte[CheckedSize];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, bodyLength);
        bytes[sizeof(uint)] = version;
        return Crc32C.Compute(bytes);
    }

    /// <summary>Reads a header.</summary>
    /// <param name="input">At least <see cref="Size"/> bytes.</param>
    public static FrameHeader Read(in ReadOnlySequence<byte> input)
    {
        Span<byte> bytes = stackalloc byte[Size];
        input.Slice(0, Size).CopyTo(bytes);
        return new FrameHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            bytes[sizeof(uint)],
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[CheckedSize..]));
    }

    /// <summary>Writes the header into the first <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> output)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output, BodyLength);
        output[sizeof(uint)] = Version;
        BinaryPrimitives.WriteUInt32LittleEndian(output[CheckedSize..], Checksum);
    }
}
