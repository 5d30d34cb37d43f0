using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>The secrets of one start of a member: another one for each peer, so that no peer can use the one that it is
/// shown towards a third.</summary>
internal sealed class PeerSecrets
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>The secret that this member shows to a peer.</summary>
    /// <param name="peer">The peer.</param>
    public PeerSecret For(MemberId peer)
    {
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(id, peer.Value);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, id, hash);
        return new PeerSecret(BinaryPrimitives.ReadUInt128LittleEndian(hash));
    }
}
