using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>A range of keys in an encoded operation: start, end.</summary>
internal static class RangeCodec
{
    /// <summary>The length, in bytes.</summary>
    public static long LengthOf(in KeyRange range) =>
        CommandWriter.BytesLength(range.Start.Length) + CommandWriter.BytesLength(range.End.Length);

    /// <summary>Encodes a range.</summary>
    public static void Write(ref CommandWriter writer, in KeyRange range)
    {
        writer.WriteBytes(range.Start.Span);
        writer.WriteBytes(range.End.Span);
    }
}
