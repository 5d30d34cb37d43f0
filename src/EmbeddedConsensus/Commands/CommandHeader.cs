using System.Buffers.Binary;

namespace EmbeddedConsensus.Commands;

/// <summary>
/// The beginning of every command: format version, kind of operation, header flags and the <see cref="ProposalId"/>.
/// With <see cref="HasExtensions"/> set, an area of extensions follows: its length, then for each extension a
/// <see cref="CommandTag"/>, a length and that many bytes. The operation's body is next, and the checksum last.
/// <see cref="CommandSeal"/> writes the version and the id when the proposal leaves for the log.
/// </summary>
internal static class CommandHeader
{
    /// <summary>The length of the header without extensions, in bytes.</summary>
    public const int Length = 3 + (3 * sizeof(ulong));

    /// <summary>The header flag of a command with extensions.</summary>
    public const byte HasExtensions = 1;

    private const int IdOffset = 3;

    /// <summary>Writes the kind. The seal writes the rest.</summary>
    public static void Write(Span<byte> command, OperationKind kind)
    {
        command[..Length].Clear();
        command[1] = (byte)kind;
    }

    /// <summary>Writes the version and the id.</summary>
    public static void Complete(Span<byte> command, byte version, in ProposalId id)
    {
        command[0] = version;
        BinaryPrimitives.WriteUInt64LittleEndian(command[IdOffset..], id.Origin.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(command[(IdOffset + 8)..], id.Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(command[(IdOffset + 16)..], id.Sequence);
    }

    /// <summary>Reads the fixed part.</summary>
    /// <exception cref="InvariantViolationException">The command is shorter than that.</exception>
    public static OperationKind Read(ReadOnlySpan<byte> command, out ProposalId id)
    {
        if (command.Length < Length)
        {
            throw new InvariantViolationException(
                $"A command has {command.Length} bytes, fewer than its header's {Length}.");
        }

        id = new ProposalId(
            new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(command[IdOffset..])),
            BinaryPrimitives.ReadUInt64LittleEndian(command[(IdOffset + 8)..]),
            BinaryPrimitives.ReadUInt64LittleEndian(command[(IdOffset + 16)..]));
        return (OperationKind)command[1];
    }

    /// <summary>Reads the extensions that follow the fixed part.</summary>
    /// <param name="command">The command, up to its checksum.</param>
    /// <param name="body">Receives what follows them: the operation.</param>
    /// <returns>Why the command cannot be executed; null when it can.</returns>
    public static string? ReadExtensions(ReadOnlySpan<byte> command, out ReadOnlySpan<byte> body)
    {
        body = command[Length..];
        byte flags = command[2];
        if (flags == 0)
        {
            return null;
        }

        if (flags != HasExtensions)
        {
            return $"A command has the unknown header flags 0x{flags:x2}. It was written by a newer version of the "
                + "library.";
        }

        CommandReader reader = new(body);
        CommandReader extensions = new(reader.ReadBytes());
        body = reader.Rest;
        while (!extensions.AtEnd)
        {
            CommandTag tag = (CommandTag)extensions.ReadByte();
            extensions.ReadBytes();
            if ((tag & CommandTag.Required) != 0)
            {
                return $"A command has the header extension 0x{(byte)tag:x2}, which this version of the library must "
                    + "not ignore and cannot read. It was written by a newer version.";
            }
        }

        return null;
    }
}
