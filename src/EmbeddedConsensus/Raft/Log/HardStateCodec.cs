using System.Buffers.Binary;

namespace EmbeddedConsensus.Raft;

/// <summary>A <see cref="HardState"/> as the bytes that a log storage keeps. They have a version of their own, so that
/// a later one can hold more without a storage knowing of it.</summary>
/// <remarks>Version (1 byte), then little endian, 8 bytes each: term, vote, commit, owner, list of founders agreed
/// to, stage of the founding, longest promise; and 1 byte, whether the end of the log is in doubt. No bytes at all are
/// the hard state of a new storage.</remarks>
internal static class HardStateCodec
{
    /// <summary>The length of the encoding.</summary>
    public const int Bytes = 2 + (7 * sizeof(ulong));

    private const byte Version = 1;

    // After the version.
    private const int DoubtAt = 7 * sizeof(ulong);

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
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], state.Founding.Founders);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], (ulong)state.Founding.Stage);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], state.PromisedMicroseconds);
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
        bool isPossible = Enum.IsDefined(state.Founding.Stage)
            && (state.Term > 0 || state.Vote.IsNone)
            && state.Founding.Founders == 0 == (state.Founding.Stage == FoundingStage.Undecided);
        return isPossible
            ? state
            : throw new HardStateFormatException(
                $"The hard state contradicts itself: term {state.Term}, a vote for member {state.Vote}, and stage "
                + $"{state.Founding.Stage} of the founding by list {state.Founding.Founders:x}. The log storage has "
                + "not kept what it was given.");
    }

    private static HardState Read(ReadOnlySpan<byte> fields) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(fields),
        new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(fields[8..])),
        BinaryPrimitives.ReadUInt64LittleEndian(fields[16..]),
        new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(fields[24..])),
        new FoundingState(
            BinaryPrimitives.ReadUInt64LittleEndian(fields[32..]),
            (FoundingStage)Math.Min(byte.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(fields[40..]))),
        BinaryPrimitives.ReadUInt64LittleEndian(fields[48..]))
    {
        IsInDoubt = fields[DoubtAt] != 0,
    };
}
