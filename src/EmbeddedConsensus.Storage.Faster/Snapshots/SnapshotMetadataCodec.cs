using System.Buffers.Binary;
using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Snapshots;

/// <summary>Encodes what a snapshot stands for.</summary>
/// <remarks>Little endian: index (8), term (8), then three lists of members, each a count (4) and ids (8 each): voters,
/// outgoing voters, learners.</remarks>
internal static class SnapshotMetadataCodec
{
    private const int FixedBytes = 2 * sizeof(ulong);

    /// <summary>The length of the encoding, in bytes.</summary>
    /// <param name="metadata">What to encode.</param>
    public static int Measure(SnapshotMetadata metadata)
    {
        ClusterConfiguration configuration = metadata.Configuration;
        return FixedBytes + Measure(configuration.Voters) + Measure(configuration.OutgoingVoters)
            + Measure(configuration.Learners);
    }

    /// <summary>Encodes.</summary>
    /// <param name="destination">As long as <see cref="Measure(SnapshotMetadata)"/> says.</param>
    /// <param name="metadata">What to encode.</param>
    public static void Write(Span<byte> destination, SnapshotMetadata metadata)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, metadata.Position.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], metadata.Position.Term);
        Span<byte> rest = destination[FixedBytes..];
        rest = Write(rest, metadata.Configuration.Voters);
        rest = Write(rest, metadata.Configuration.OutgoingVoters);
        Write(rest, metadata.Configuration.Learners);
    }

    /// <summary>Decodes.</summary>
    /// <param name="source">The encoding.</param>
    /// <returns>The metadata, or null if the encoding is malformed.</returns>
    public static SnapshotMetadata? TryRead(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedBytes)
        {
            return null;
        }

        var position = new LogPosition(
            BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
        ReadOnlySpan<byte> rest = source[FixedBytes..];
        if (!TryRead(ref rest, out ImmutableArray<MemberId> voters)
            || !TryRead(ref rest, out ImmutableArray<MemberId> outgoing)
            || !TryRead(ref rest, out ImmutableArray<MemberId> learners)
            || !rest.IsEmpty)
        {
            return null;
        }

        return new SnapshotMetadata(
            position,
            new ClusterConfiguration { Voters = voters, OutgoingVoters = outgoing, Learners = learners });
    }

    private static int Measure(ImmutableArray<MemberId> members) =>
        sizeof(int) + (members.IsDefault ? 0 : members.Length * sizeof(ulong));

    private static Span<byte> Write(Span<byte> destination, ImmutableArray<MemberId> members)
    {
        ReadOnlySpan<MemberId> span = members.IsDefault ? [] : members.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(destination, span.Length);
        destination = destination[sizeof(int)..];
        foreach (MemberId member in span)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, member.Value);
            destination = destination[sizeof(ulong)..];
        }

        return destination;
    }

    private static bool TryRead(ref ReadOnlySpan<byte> source, out ImmutableArray<MemberId> members)
    {
        members = [];
        if (source.Length < sizeof(int))
        {
            return false;
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(source);
        source = source[sizeof(int)..];
        if (count < 0 || count > source.Length / sizeof(ulong))
        {
            return false;
        }

        var builder = ImmutableArray.CreateBuilder<MemberId>(count);
        for (int i = 0; i < count; i++)
        {
            builder.Add(new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source)));
            source = source[sizeof(ulong)..];
        }

        members = builder.MoveToImmutable();
        return true;
    }
}
