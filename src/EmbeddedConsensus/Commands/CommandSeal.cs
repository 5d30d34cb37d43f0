using System.Buffers.Binary;

namespace EmbeddedConsensus.Commands;

/// <summary>
/// The last step of encoding a command, and the first of decoding it. An encoded command has room for a checksum behind
/// its body; sealing it writes the version and the id, and fills that room or cuts it off. This happens when the
/// proposal leaves for the log: what is turned away uses up no sequence number, and the version is the one that the
/// members agree on at that moment.
/// </summary>
internal static class CommandSeal
{
    /// <summary>The bytes that an encoded command reserves behind its body.</summary>
    public const int ReservedLength = sizeof(uint);

    /// <summary>Completes an encoded command.</summary>
    /// <param name="command">The command, with room behind its body.</param>
    /// <param name="version">The format, from <see cref="CommandFormat.Plain"/> to
    /// <see cref="CommandFormat.Newest"/>.</param>
    /// <param name="id">The proposal.</param>
    /// <returns>The part of the command that goes into the log.</returns>
    public static Memory<byte> Seal(Memory<byte> command, byte version, in ProposalId id)
    {
        Span<byte> span = command.Span;
        CommandHeader.Complete(span, version, id);
        if (version < CommandFormat.Checksummed)
        {
            return command[..^ReservedLength];
        }

        Span<byte> room = span[^ReservedLength..];
        BinaryPrimitives.WriteUInt32LittleEndian(room, Crc32C.Compute(span[..^ReservedLength]));
        return command;
    }

    /// <summary>Checks a sealed command and reads its header.</summary>
    /// <param name="command">The command.</param>
    /// <param name="newest">The newest format to accept.</param>
    /// <param name="id">The proposal.</param>
    /// <param name="body">What follows the header.</param>
    /// <exception cref="InvariantViolationException">The command is damaged, or of a format that cannot be read.
    /// </exception>
    public static CommandKind Open(
        ReadOnlySpan<byte> command, byte newest, out ProposalId id, out ReadOnlySpan<byte> body)
    {
        CommandKind kind = CommandHeader.Read(command, out id);
        if (FaultOf(command, newest) is { } fault)
        {
            throw new InvariantViolationException(fault);
        }

        body = command[0] < CommandFormat.Checksummed
            ? command[CommandHeader.Length..]
            : command[CommandHeader.Length..^ReservedLength];
        return kind;
    }

    /// <summary>Why a sealed command cannot be executed; null when it can.</summary>
    /// <param name="command">The command.</param>
    /// <param name="newest">The newest format to accept.</param>
    public static string? FaultOf(ReadOnlySpan<byte> command, byte newest)
    {
        if (command.Length < CommandHeader.Length)
        {
            return $"A command has {command.Length} bytes, fewer than its header's {CommandHeader.Length}.";
        }

        CommandKind kind = CommandHeader.Read(command, out ProposalId id);
        byte version = command[0];
        if (version < CommandFormat.Plain || version > newest)
        {
            return $"A command has format version {version}; this version of the library reads {CommandFormat.Plain} "
                + $"to {newest}. Run the version that wrote it, or a newer one.";
        }

        if (kind is not (CommandKind.Put or CommandKind.Delete or CommandKind.Txn or CommandKind.Compact))
        {
            return $"Command {id} has the unknown kind {kind}. It was written by a newer version of the library.";
        }

        if (version >= CommandFormat.Checksummed
            && (command.Length < CommandHeader.Length + ReservedLength
                || Crc32C.Compute(command[..^ReservedLength])
                    != BinaryPrimitives.ReadUInt32LittleEndian(command[^ReservedLength..])))
        {
            return $"Command {id} of {command.Length} bytes does not have its checksum: it was changed after the "
                + "replica that took the call had sealed it. Check the memory and the disk of this machine, and those "
                + $"of member {id.Origin}.";
        }

        return null;
    }
}
