using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>What a member shows when it dials another one: a number that only it and the process at the other one's
/// address can know.</summary>
/// <param name="Value">The number; zero for a dialer that claims no membership.</param>
internal readonly record struct PeerSecret(UInt128 Value)
{
    /// <summary>The bytes of a secret, and of a fingerprint.</summary>
    public const int Size = 16;

    /// <summary>The start of its SHA-256, which is enough to recognize the secret and not to make it up.</summary>
    public UInt128 Fingerprint
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, Value);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes, hash);
            return BinaryPrimitives.ReadUInt128LittleEndian(hash);
        }
    }

    /// <summary>No digit of the secret: it must not get into a log.</summary>
    public override string ToString() => "***";
}
