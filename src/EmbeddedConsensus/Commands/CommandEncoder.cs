using System.Buffers;
using System.Collections.Immutable;

namespace EmbeddedConsensus.Commands;

/// <summary>
/// Turns requests into commands: the bytes that go into the log. The requests were checked by
/// <see cref="RequestValidator"/> before. Every command ends in room for its <see cref="CommandSeal"/>.
/// </summary>
/// <remarks>
/// A body is, in this order: for a put the flags, key, value; for a delete the flags, start, end; for a compaction the
/// revision; for a transaction the conditions, the success list and the failure list, each with its count before it.
/// </remarks>
internal static class CommandEncoder
{
    /// <summary>The length of a put command, in bytes.</summary>
    public static int PutLength(int keyLength, int valueLength) =>
        CommandHeader.Length + 1
        + CommandWriter.NumberLength(keyLength) + keyLength
        + CommandWriter.NumberLength(valueLength) + valueLength
        + CommandSeal.ReservedLength;

    /// <summary>Writes a put command into a span of exactly its length.</summary>
    public static void WritePut(
        Span<byte> command, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, CommandFlags flags)
    {
        CommandHeader.Write(command, CommandKind.Put);
        command[CommandHeader.Length] = (byte)flags;
        Span<byte> rest = command[(CommandHeader.Length + 1)..];
        rest = rest[CommandWriter.WriteBytes(rest, key)..];
        CommandWriter.WriteBytes(rest, value);
    }

    /// <summary>Writes a delete command.</summary>
    public static void WriteDelete(IBufferWriter<byte> output, in KeyRange range, CommandFlags flags)
    {
        CommandWriter writer = Begin(output, CommandKind.Delete);
        writer.WriteByte((byte)flags);
        WriteRange(writer, range);
        End(output);
    }

    /// <summary>Writes a compaction command.</summary>
    public static void WriteCompact(IBufferWriter<byte> output, long revision)
    {
        Begin(output, CommandKind.Compact).WriteNumber(revision);
        End(output);
    }

    /// <summary>Writes a transaction command.</summary>
    public static void WriteTxn(IBufferWriter<byte> output, Txn txn)
    {
        WriteTxnBody(Begin(output, CommandKind.Txn), txn);
        End(output);
    }

    private static CommandWriter Begin(IBufferWriter<byte> output, CommandKind kind)
    {
        CommandHeader.Write(output.GetSpan(CommandHeader.Length), kind);
        output.Advance(CommandHeader.Length);
        return new CommandWriter(output);
    }

    private static void End(IBufferWriter<byte> output)
    {
        output.GetSpan(CommandSeal.ReservedLength)[..CommandSeal.ReservedLength].Clear();
        output.Advance(CommandSeal.ReservedLength);
    }

    private static void WriteTxnBody(CommandWriter writer, Txn txn)
    {
        writer.WriteNumber(txn.Conditions.Length);
        foreach (Compare condition in txn.Conditions)
        {
            WriteCompare(writer, condition);
        }

        WriteOperations(writer, txn.Success);
        WriteOperations(writer, txn.Failure);
    }

    private static void WriteCompare(CommandWriter writer, Compare condition)
    {
        writer.WriteByte((byte)condition.Target);
        writer.WriteByte((byte)condition.Relation);
        WriteRange(writer, condition.Range);
        if (condition.Target == CompareTarget.Value)
        {
            writer.WriteBytes(condition.Operand.Span);
        }
        else
        {
            writer.WriteNumber(condition.Number);
        }
    }

    private static void WriteOperations(CommandWriter writer, ImmutableArray<Operation> operations)
    {
        writer.WriteNumber(operations.Length);
        foreach (Operation operation in operations)
        {
            WriteOperation(writer, operation);
        }
    }

    private static void WriteOperation(CommandWriter writer, Operation operation)
    {
        switch (operation)
        {
            case PutOperation put:
                writer.WriteByte((byte)OperationKind.Put);
                writer.WriteByte((byte)(put.ReturnPrevious ? CommandFlags.ReturnPrevious : CommandFlags.None));
                writer.WriteBytes(put.Key.Span);
                writer.WriteBytes(put.Value.Span);
                break;
            case DeleteOperation delete:
                writer.WriteByte((byte)OperationKind.Delete);
                writer.WriteByte((byte)(delete.ReturnPrevious ? CommandFlags.ReturnPrevious : CommandFlags.None));
                WriteRange(writer, delete.Range);
                break;
            case RangeOperation range:
                writer.WriteByte((byte)OperationKind.Range);
                WriteRangeOptions(writer, range.Options);
                WriteRange(writer, range.Range);
                break;
            case TxnOperation inner:
                writer.WriteByte((byte)OperationKind.Txn);
                WriteTxnBody(writer, inner.Txn);
                break;
            default:
                throw new InvariantViolationException($"No encoding for an operation of type {operation.GetType()}.");
        }
    }

    private static void WriteRangeOptions(CommandWriter writer, RangeOptions options)
    {
        CommandFlags flags = (options.KeysOnly ? CommandFlags.KeysOnly : CommandFlags.None)
            | (options.CountOnly ? CommandFlags.CountOnly : CommandFlags.None)
            | (options.SortOrder == SortOrder.Descending ? CommandFlags.Descending : CommandFlags.None);
        writer.WriteByte((byte)flags);
        writer.WriteByte((byte)options.SortTarget);
        writer.WriteNumber(options.Limit);
        writer.WriteNumber(options.Revision);
    }

    private static void WriteRange(CommandWriter writer, in KeyRange range)
    {
        writer.WriteBytes(range.Start.Span);
        writer.WriteBytes(range.End.Span);
    }
}
