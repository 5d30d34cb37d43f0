using System.Buffers.Binary;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>A hard state as bytes that have a version of their own: in the batch that changes it, and in every
/// checkpoint. Both store the length, so that a later version can hold more.</summary>
/// <remarks>Version (1 byte), then little endian, 8 bytes each: term, vote, commit, owner, last founding vote, earlier
/// founding votes; then 1 if the member is in doubt about its log, else 0 (1 byte).</remarks>
internal static class HardStateCodec
{
    /// <summary>The length of the encoding.</summary>
    public const int Bytes = 1 + FieldBytes;

    private const int FieldBytes = (6 * sizeof(ulong)) + 1;
    private const byte Version = 1;

    /// <summary>Encodes.</summary>
    /// <param name="destination">At least <see cref="Bytes"/> bytes.</param>
    /// <param name="state">The hard state.</param>
    public static void Write(Span<byte> destination, HardState state)
    {
        destination[0] = Version;
        destination = destination[1..];
        BinaryPrimitives.WriteUInt64LittleEndian(destination, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], state.Vote.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], state.Commit);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], state.Owner.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], state.FoundingVotes.LastTerm);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], state.FoundingVotes.Earlier);
        destination[48] = state.IsInDoubt ? (byte)1 : (byte)0;
    }

    /// <summary>Decodes.</summary>
    /// <param name="source">The encoding.</param>
    /// <exception cref="StorageException">Another version of the library wrote it.</exception>
    public static HardState Read(ReadOnlySpan<byte> source)
    {
        if (source.Length != Bytes || source[0] != Version)
        {
            throw new StorageException(
                $"The log has a hard state of {source.Length} bytes in format version "
                + $"{(source.IsEmpty ? 0 : source[0])}; this version of the library reads {Version}. Run the version "
                + "that wrote it, or a newer one.");
        }

        source = source[1..];
        return new HardState(
            BinaryPrimitives.ReadUInt64LittleEndian(source),
            new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source[8..])),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source[24..])),
            new FoundingVotes(
                BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
                BinaryPrimitives.ReadUInt64LittleEndian(source[40..])))
        {
            IsInDoubt = source[48] != 0,
        };
    }
}
