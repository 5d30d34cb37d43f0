using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>A range of keys in an encoded operation: start, end.</summary>
internal static class RangeCodec
{
    /// <summary>The length, in bytes.</summary>
    public static long LengthOf(in KeyRange range) =>
        CommandWriter.BytesLength(range.Start.Length) + CommandWriter.BytesLength(range.End.Length);

    /// <summary>Reads an encoded range.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? FaultOf(ref CommandReader reader)
    {
        bool hasStart = !reader.ReadBytes().IsEmpty;
        reader.ReadBytes();
        return hasStart ? null : "A range begins with an empty key.";
    }

    /// <summary>Encodes a range.</summary>
    public static void Write(ref CommandWriter writer, in KeyRange range)
    {
        writer.WriteBytes(range.Start.Span);
        writer.WriteBytes(range.End.Span);
    }
}
