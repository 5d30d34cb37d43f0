using System.Buffers.Binary;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>A hard state as bytes: in the batch that changes it, and in every checkpoint.</summary>
/// <remarks>Little endian, 8 bytes each: term, vote, commit, owner, last founding vote, earlier founding
/// votes.</remarks>
internal static class HardStateCodec
{
    /// <summary>The length of the encoding.</summary>
    public const int Bytes = 6 * sizeof(ulong);

    /// <summary>Encodes.</summary>
    /// <param name="destination">At least <see cref="Bytes"/> bytes.</param>
    /// <param name="state">The hard state.</param>
    public static void Write(Span<byte> destination, HardState state)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], state.Vote.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], state.Commit);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], state.Owner.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], state.FoundingVotes.LastTerm);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], state.FoundingVotes.Earlier);
    }

    /// <summary>Decodes.</summary>
    /// <param name="source">At least <see cref="Bytes"/> bytes.</param>
    public static HardState Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source),
        new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source[8..])),
        BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
        new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source[24..])),
        new FoundingVotes(
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]), BinaryPrimitives.ReadUInt64LittleEndian(source[40..])));
}
