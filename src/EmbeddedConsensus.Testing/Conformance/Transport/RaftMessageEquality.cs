using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Compares messages by content: two that were encoded and decoded are equal when every field is.</summary>
public static class RaftMessageEquality
{
    /// <summary>Whether two messages say the same.</summary>
    /// <param name="left">One message.</param>
    /// <param name="right">The other.</param>
    public static bool ContentEquals(in RaftMessage left, in RaftMessage right) =>
        left with { Entries = default, Chunk = null } == right with { Entries = default, Chunk = null }
        && EntriesEqual(left.Entries.Span, right.Entries.Span)
        && ChunksEqual(left.Chunk, right.Chunk);

    private static bool EntriesEqual(ReadOnlySpan<LogEntry> left, ReadOnlySpan<LogEntry> right)
    {
        bool equal = left.Length == right.Length;
        for (int i = 0; equal && i < left.Length; i++)
        {
            equal = left[i] with { Data = default } == right[i] with { Data = default }
                && left[i].Data.Span.SequenceEqual(right[i].Data.Span);
        }

        return equal;
    }

    private static bool ChunksEqual(SnapshotChunk? left, SnapshotChunk? right) =>
        left is null || right is null
            ? left is null && right is null
            : left with { Data = default } == right with { Data = default }
                && left.Data.Span.SequenceEqual(right.Data.Span);
}
