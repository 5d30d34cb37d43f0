using System.Buffers.Binary;

namespace EmbeddedConsensus.StateMachine;

/// <summary>
/// The fixed beginning of every command: format version, kind, and the <see cref="ProposalId"/>. The id is written last,
/// when the proposal leaves for the log, so that what is turned away uses up no sequence number.
/// </summary>
internal static class CommandHeader
{
    /// <summary>The version of the command format that this code writes.</summary>
    public const byte FormatVersion = 1;

    /// <summary>The length of the header, in bytes.</summary>
    public const int Length = 2 + (3 * sizeof(ulong));

    /// <summary>Writes version and kind.</summary>
    public static void Write(Span<byte> command, CommandKind kind)
    {
        command[0] = FormatVersion;
        command[1] = (byte)kind;
    }

    /// <summary>Writes the id into a command.</summary>
    public static void WriteId(Span<byte> command, in ProposalId id)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(command[2..], id.Origin.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(command[10..], id.Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(command[18..], id.Sequence);
    }

    /// <summary>Reads the header.</summary>
    /// <exception cref="InvariantViolationException">The command is not one that this code can read.</exception>
    public static CommandKind Read(ReadOnlySpan<byte> command, out ProposalId id)
    {
        if (command.Length < Length || command[0] != FormatVersion)
        {
            throw new InvariantViolationException(command.Length < Length
                ? $"A command has {command.Length} bytes, fewer than its header's {Length}."
                : $"A command has format version {command[0]}; this version of the library reads {FormatVersion}. "
                  + "Run the version that wrote it, or a newer one.");
        }

        id = new ProposalId(
            new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(command[2..])),
            BinaryPrimitives.ReadUInt64LittleEndian(command[10..]),
            BinaryPrimitives.ReadUInt64LittleEndian(command[18..]));
        return (CommandKind)command[1];
    }
}
