using System.Buffers.Binary;

namespace EmbeddedConsensus.Raft;

/// <summary>A <see cref="HardState"/> as the bytes that a log storage keeps. They have a version of their own, so that
/// a later one can hold more without a storage knowing of it.</summary>
/// <remarks>Version (1 byte), then little endian, 8 bytes each: term, vote, commit, owner, last founding vote, earlier
/// founding votes; then whether the member is in doubt about its log (1 byte). No bytes at all are the hard state of a
/// new storage.</remarks>
internal static class HardStateCodec
{
    /// <summary>The length of the encoding.</summary>
    public const int Bytes = 2 + (6 * sizeof(ulong));

    private const byte Version = 1;

    // After the version.
    private const int DoubtAt = 6 * sizeof(ulong);

    /// <summary>Encodes into a new array.</summary>
    /// <param name="state">The hard state.</param>
    public static byte[] Encode(HardState state)
    {
        byte[] bytes = new byte[Bytes];
        Write(bytes, state);
        return bytes;
    }

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
        destination[DoubtAt] = state.IsInDoubt ? (byte)1 : (byte)0;
    }

    /// <summary>Decodes.</summary>
    /// <param name="source">The encoding, or nothing.</param>
    /// <exception cref="HardStateFormatException">Another version of the library wrote it, or it is damaged.
    /// </exception>
    public static HardState Decode(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            return default;
        }

        if (source[0] != Version)
        {
            throw new HardStateFormatException(
                $"The hard state has format version {source[0]}; this version of the library reads {Version}. Run the "
                + "version that wrote it, or a newer one.");
        }

        if (source.Length != Bytes)
        {
            throw new HardStateFormatException(
                $"The hard state has {source.Length} bytes; in format version {Version} it has {Bytes}. The log "
                + "storage has not kept what it was given.");
        }

        HardState state = Read(source[1..]);
        bool isPossible = state.FoundingVotes.LastTerm <= state.Term
            && (state.Term > 0 || state.Vote.IsNone)
            && (state.FoundingVotes.LastTerm > 0 || state.FoundingVotes.Earlier == 0);
        return isPossible
            ? state
            : throw new HardStateFormatException(
                $"The hard state contradicts itself: term {state.Term}, a vote for member {state.Vote}, and the last "
                + $"founding vote in term {state.FoundingVotes.LastTerm}. The log storage has not kept what it was "
                + "given.");
    }

    private static HardState Read(ReadOnlySpan<byte> fields) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(fields),
        new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(fields[8..])),
        BinaryPrimitives.ReadUInt64LittleEndian(fields[16..]),
        new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(fields[24..])),
        new FoundingVotes(
            BinaryPrimitives.ReadUInt64LittleEndian(fields[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(fields[40..])))
    {
        IsInDoubt = fields[DoubtAt] != 0,
    };
}
