using System.Buffers.Binary;

namespace EmbeddedConsensus.Mvcc;

/// <summary>The first bytes of a key after its page's prefix, as a number that orders like them: most searches in a
/// page need nothing else. A shorter key is padded with zeros, so equal heads do not mean equal keys.</summary>
internal static class KeyHead
{
    /// <summary>Bytes of a head.</summary>
    public const int Bytes = sizeof(uint);

    /// <summary>The head of a key without its prefix.</summary>
    public static uint Of(ReadOnlySpan<byte> suffix)
    {
        if (suffix.Length >= Bytes)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(suffix);
        }
        uint head = 0;
        for (int i = 0; i < suffix.Length; i++)
        {
            head |= (uint)suffix[i] << (24 - 8 * i);
        }
        return head;
    }

    /// <summary>Writes the bytes of a head.</summary>
    public static void Write(uint head, Span<byte> target)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, head);
        bytes[..target.Length].CopyTo(target);
    }
}
