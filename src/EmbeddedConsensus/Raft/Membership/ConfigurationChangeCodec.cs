using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace EmbeddedConsensus.Raft;

/// <summary>A <see cref="ConfigurationChange"/> as bytes, for requests between members.</summary>
/// <remarks>Little endian. Version (1), kind (1), member (8), number of peers (1), and for each its id (8), the length
/// of its address (2) and the address in UTF-8.</remarks>
internal static class ConfigurationChangeCodec
{
    private const byte FormatVersion = 1;
    private const int FixedBytes = 1 + 1 + sizeof(ulong) + 1;
    private const int PeerBytes = sizeof(ulong) + sizeof(ushort);

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Encodes into a new array.</summary>
    /// <param name="change">What to encode.</param>
    /// <exception cref="ArgumentException">There are too many peers, or an address is too long.</exception>
    public static byte[] Encode(ConfigurationChange change)
    {
        if (change.Peers.Length > ClusterConfigurationCodec.MaxMembers)
        {
            throw new ArgumentException(
                $"A change names {change.Peers.Length} members; at most {ClusterConfigurationCodec.MaxMembers} are "
                + "allowed.",
                nameof(change));
        }

        byte[] bytes = new byte[FixedBytes + change.Peers.Sum(MeasurePeer)];
        bytes[0] = FormatVersion;
        bytes[1] = (byte)change.Kind;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(2), change.Member.Value);
        bytes[FixedBytes - 1] = (byte)change.Peers.Length;
        Span<byte> rest = bytes.AsSpan(FixedBytes);
        foreach (MemberEndpoint peer in change.Peers)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, peer.Id.Value);
            int length = Utf8.GetBytes(peer.Address, rest[PeerBytes..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[sizeof(ulong)..], (ushort)length);
            rest = rest[(PeerBytes + length)..];
        }

        return bytes;
    }

    /// <summary>Decodes.</summary>
    /// <param name="source">Exactly the encoding.</param>
    /// <exception cref="ClusterConfigurationFormatException">The bytes are damaged, or of a newer version.</exception>
    public static ConfigurationChange Decode(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedBytes || source[0] != FormatVersion
            || source[1] is < (byte)ConfigurationChangeKind.AddLearner or > (byte)ConfigurationChangeKind.CancelPlan
            || source[FixedBytes - 1] > ClusterConfigurationCodec.MaxMembers)
        {
            throw new ClusterConfigurationFormatException(
                "A request to change the membership is damaged, or of a newer version of the library: update this "
                + "member.");
        }

        MemberId member = new(BinaryPrimitives.ReadUInt64LittleEndian(source[2..]));
        int count = source[FixedBytes - 1];
        var peers = ImmutableArray.CreateBuilder<MemberEndpoint>(count);
        ReadOnlySpan<byte> rest = source[FixedBytes..];
        for (int i = 0; i < count; i++)
        {
            peers.Add(ReadPeer(ref rest));
        }

        ConfigurationChangeKind kind = (ConfigurationChangeKind)source[1];
        ImmutableArray<MemberEndpoint> named = peers.MoveToImmutable();
        return rest.IsEmpty && IsFitting(kind, named)
            ? ConfigurationChange.Of(kind, member, named)
            : throw Damaged();
    }

    /// <summary>Whether a change names as many members as its kind takes, each once and in order of id.</summary>
    private static bool IsFitting(ConfigurationChangeKind kind, ImmutableArray<MemberEndpoint> peers)
    {
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].Id <= (i == 0 ? MemberId.None : peers[i - 1].Id))
            {
                return false;
            }
        }

        return kind switch
        {
            ConfigurationChangeKind.AddLearner or ConfigurationChangeKind.AddVoter or ConfigurationChangeKind.Replace
                or ConfigurationChangeKind.Update => peers.Length == 1,
            ConfigurationChangeKind.SetVoters => peers.Length > 0,
            _ => peers.IsEmpty,
        };
    }

    private static int MeasurePeer(MemberEndpoint peer)
    {
        int address = Utf8.GetByteCount(peer.Address);
        return address <= ClusterConfigurationCodec.MaxAddressBytes
            ? PeerBytes + address
            : throw new ArgumentException(
                $"The address of member {peer.Id} takes {address} bytes; at most "
                + $"{ClusterConfigurationCodec.MaxAddressBytes} are allowed.", nameof(peer));
    }

    private static MemberEndpoint ReadPeer(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < PeerBytes)
        {
            throw Damaged();
        }

        MemberId id = new(BinaryPrimitives.ReadUInt64LittleEndian(rest));
        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[sizeof(ulong)..]);
        if (length > ClusterConfigurationCodec.MaxAddressBytes || rest.Length - PeerBytes < length)
        {
            throw Damaged();
        }

        ReadOnlySpan<byte> address = rest.Slice(PeerBytes, length);
        rest = rest[(PeerBytes + length)..];
        try
        {
            return new MemberEndpoint(id, Utf8.GetString(address));
        }
        catch (DecoderFallbackException)
        {
            throw Damaged();
        }
    }

    private static ClusterConfigurationFormatException Damaged() => new("A request to change the membership is "
        + "damaged.");
}
