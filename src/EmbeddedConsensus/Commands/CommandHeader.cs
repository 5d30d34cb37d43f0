using System.Buffers.Binary;

namespace EmbeddedConsensus.Commands;

/// <summary>The fixed beginning of every command: format version, kind, and the <see cref="ProposalId"/>.
/// <see cref="CommandSeal"/> writes version and id when the proposal leaves for the log.</summary>
internal static class CommandHeader
{
    /// <summary>The length of the header, in bytes.</summary>
    public const int Length = 2 + (3 * sizeof(ulong));

    /// <summary>Writes the kind. The rest is written by the seal.</summary>
    public static void Write(Span<byte> command, CommandKind kind)
    {
        command[..Length].Clear();
        command[1] = (byte)kind;
    }

    /// <summary>Writes version and id.</summary>
    public static void Complete(Span<byte> command, byte version, in ProposalId id)
    {
        command[0] = version;
        BinaryPrimitives.WriteUInt64LittleEndian(command[2..], id.Origin.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(command[10..], id.Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(command[18..], id.Sequence);
    }

    /// <summary>Reads the header.</summary>
    /// <exception cref="InvariantViolationException">The command is too short to have one.</exception>
    public static CommandKind Read(ReadOnlySpan<byte> command, out ProposalId id)
    {
        if (command.Length < Length)
        {
            throw new InvariantViolationException(
                $"A command has {command.Length} bytes, fewer than its header's {Length}.");
        }

        id = new ProposalId(
            new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(command[2..])),
            BinaryPrimitives.ReadUInt64LittleEndian(command[10..]),
            BinaryPrimitives.ReadUInt64LittleEndian(command[18..]));
        return (CommandKind)command[1];
    }
}
