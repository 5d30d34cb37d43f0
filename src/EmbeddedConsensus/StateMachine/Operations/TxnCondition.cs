using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>A condition of a transaction. Encoded: target, relation, range, then the value or the number to compare
/// with.</summary>
internal static class TxnCondition
{
    /// <summary>Checks a condition of a request.</summary>
    /// <exception cref="InvalidRequestException">It cannot be judged.</exception>
    public static void Check(Compare condition)
    {
        if (condition is null)
        {
            throw new InvalidRequestException("txn", "A condition is null.");
        }

        RequestValidator.CheckRange(condition.Range, "txn");
        if (!Enum.IsDefined(condition.Target) || !Enum.IsDefined(condition.Relation))
        {
            throw new InvalidRequestException("txn",
                "A condition's target or relation is not one of its enum's values.");
        }
    }

    /// <summary>The length of an encoded condition, in bytes.</summary>
    public static long LengthOf(Compare condition) => 2 + RangeCodec.LengthOf(condition.Range)
        + (condition.Target == CompareTarget.Value
            ? CommandWriter.BytesLength(condition.Operand.Length)
            : CommandWriter.NumberLength(condition.Number));

    /// <summary>Encodes a condition.</summary>
    public static void Write(ref CommandWriter writer, Compare condition)
    {
        writer.WriteByte((byte)condition.Target);
        writer.WriteByte((byte)condition.Relation);
        RangeCodec.Write(ref writer, condition.Range);
        if (condition.Target == CompareTarget.Value)
        {
            writer.WriteBytes(condition.Operand.Span);
        }
        else
        {
            writer.WriteNumber(condition.Number);
        }
    }

    /// <summary>Why an encoded condition cannot be judged; null when it can.</summary>
    /// <exception cref="InvariantViolationException">It is malformed.</exception>
    public static string? FaultOf(ReadOnlySpan<byte> encoded)
    {
        CommandReader reader = new(encoded);
        CompareTarget target = (CompareTarget)reader.ReadByte();
        CompareRelation relation = (CompareRelation)reader.ReadByte();
        string? fault = Enum.IsDefined(target) && Enum.IsDefined(relation)
            ? RangeCodec.FaultOf(ref reader)
            : $"A condition has the unknown target {target} or relation {relation}.";
        if (fault is not null)
        {
            return fault;
        }

        if (target == CompareTarget.Value)
        {
            reader.ReadBytes();
        }
        else
        {
            reader.ReadNumber();
        }

        reader.RequireEnd();
        return null;
    }

    /// <summary>Whether an encoded condition holds for every key of its range. A key that does not exist has version
    /// and revisions 0, and no value to which anything relates.</summary>
    public static bool Holds(ReadOnlySpan<byte> encoded, MvccView view)
    {
        CommandReader reader = new(encoded);
        CompareTarget target = (CompareTarget)reader.ReadByte();
        CompareRelation relation = (CompareRelation)reader.ReadByte();
        ReadOnlySpan<byte> start = reader.ReadBytes();
        ReadOnlySpan<byte> end = reader.ReadBytes();
        ReadOnlySpan<byte> operand = target == CompareTarget.Value ? reader.ReadBytes() : default;
        long number = target == CompareTarget.Value ? 0 : reader.ReadNumber();
        reader.RequireEnd();
        if (end.IsEmpty)
        {
            return view.TryGet(start, 0, out MvccRecord record)
                ? Holds(record, target, relation, number, operand)
                : HoldsForAbsent(target, relation, number);
        }

        bool any = false;
        MvccRangeCursor cursor = view.Range(start, end, 0);
        while (cursor.MoveNext())
        {
            any = true;
            if (!Holds(cursor.Current, target, relation, number, operand))
            {
                return false;
            }
        }

        return any || HoldsForAbsent(target, relation, number);
    }

    private static bool HoldsForAbsent(CompareTarget target, CompareRelation relation, long number) =>
        target != CompareTarget.Value && Holds(0L.CompareTo(number), relation);

    private static bool Holds(
        in MvccRecord record,
        CompareTarget target,
        CompareRelation relation,
        long number,
        ReadOnlySpan<byte> operand) =>
        Holds(
            target switch
            {
                CompareTarget.Version => record.Version.CompareTo(number),
                CompareTarget.CreateRevision => record.CreateRevision.CompareTo(number),
                CompareTarget.ModRevision => record.ModRevision.CompareTo(number),
                CompareTarget.Value => record.Value.SequenceCompareTo(operand),
                CompareTarget.Lease => record.Lease.CompareTo(number),
                _ => throw new InvariantViolationException($"A condition has the unknown target {target}."),
            },
            relation);

    private static bool Holds(int order, CompareRelation relation) => relation switch
    {
        CompareRelation.Equal => order == 0,
        CompareRelation.NotEqual => order != 0,
        CompareRelation.Greater => order > 0,
        CompareRelation.Less => order < 0,
        _ => throw new InvariantViolationException($"A condition has the unknown relation {relation}."),
    };
}
