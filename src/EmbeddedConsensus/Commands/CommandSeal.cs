using System.Buffers.Binary;

namespace EmbeddedConsensus.Commands;

/// <summary>
/// The last step of encoding a command, and the first of decoding it. An encoded command has room for a CRC-32C after
/// its body; sealing writes the version, the id and the checksum. This happens when the proposal leaves for the log: a
/// proposal that is turned away uses up no sequence number, and the version is the one that the members agree on at
/// that moment. Every replica verifies the checksum before it executes the command, so damage by memory, disks and
/// networks in between is noticed.
/// </summary>
internal static class CommandSeal
{
    /// <summary>The bytes that an encoded command reserves after its body.</summary>
    public const int ReservedLength = sizeof(uint);

    /// <summary>Completes an encoded command.</summary>
    /// <param name="command">The command, with room after its body.</param>
    /// <param name="version">The format, at least <see cref="CommandFormat.First"/>.</param>
    /// <param name="id">The proposal.</param>
    public static void Seal(Span<byte> command, byte version, in ProposalId id)
    {
        CommandHeader.Complete(command, version, id);
        BinaryPrimitives.WriteUInt32LittleEndian(
            command[^ReservedLength..], Crc32C.Compute(command[..^ReservedLength]));
    }

    /// <summary>Verifies a sealed command and reads its header.</summary>
    /// <param name="command">The command.</param>
    /// <param name="newest">The newest format to accept.</param>
    /// <param name="id">Receives the proposal.</param>
    /// <param name="body">Receives the operation.</param>
    /// <exception cref="InvariantViolationException">The command is damaged, or of a format that cannot be read.
    /// </exception>
    public static OperationKind Open(
        ReadOnlySpan<byte> command, byte newest, out ProposalId id, out ReadOnlySpan<byte> body)
    {
        if (FaultOf(command, newest) is { } damage)
        {
            throw new InvariantViolationException(damage);
        }

        if (CommandHeader.ReadExtensions(command[..^ReservedLength], out body) is { } fault)
        {
            throw new InvariantViolationException(fault);
        }

        return CommandHeader.Read(command, out id);
    }

    /// <summary>Why a sealed command cannot be opened; null when it can.</summary>
    /// <param name="command">The command.</param>
    /// <param name="newest">The newest format to accept.</param>
    public static string? FaultOf(ReadOnlySpan<byte> command, byte newest)
    {
        if (command.Length < CommandHeader.Length + ReservedLength)
        {
            return $"A command has {command.Length} bytes, fewer than its header and checksum, which have "
                + $"{CommandHeader.Length + ReservedLength}.";
        }

        byte version = command[0];
        if (version < CommandFormat.First)
        {
            return $"A command has format version {version}, which was used before the first release only; this "
                + $"version of the library reads {CommandFormat.First} to {newest}. Start on an empty folder, or run "
                + "the build that wrote it.";
        }

        if (version > newest)
        {
            return $"A command has format version {version}; this version of the library reads {CommandFormat.First} "
                + $"to {newest}. Run the version that wrote it, or a newer one.";
        }

        if (Crc32C.Compute(command[..^ReservedLength])
            != BinaryPrimitives.ReadUInt32LittleEndian(command[^ReservedLength..]))
        {
            CommandHeader.Read(command, out ProposalId id);
            return $"Command {id} of {command.Length} bytes does not match its checksum: it was changed after the "
                + "replica that took the call had sealed it. Check the memory and the disk of this machine, and those "
                + $"of member {id.Origin}.";
        }

        return null;
    }
}
