using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>One entry of the replicated log.</summary>
/// <param name="Index">The position in the log; the first entry has index 1.</param>
/// <param name="Term">The term of the leader that appended it.</param>
/// <param name="Kind">What <paramref name="Data"/> holds.</param>
/// <param name="Data">The payload. A holder of the entry may keep the memory; its contents never change.</param>
[Experimental("ECS0001")]
public readonly record struct LogEntry(ulong Index, ulong Term, LogEntryKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>The bytes that an entry costs beyond its payload, wherever entries are counted against a
    /// limit.</summary>
    public const int Overhead = 24;

    /// <summary>The bytes that this entry counts for against limits of memory, messages and the log.</summary>
    public int Size => Data.Length + Overhead;

    /// <summary>Where the entry stands.</summary>
    public LogPosition Position => new(Index, Term);
}
