using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>One write to the log: entries, a hard state, or both, made durable together.</summary>
/// <param name="Entries">Entries with consecutive indices, or none. The first index is in the log or directly after its
/// end; if it is in the log, that entry and all later ones are overridden.</param>
/// <param name="HardState">The new hard state, or nothing when it did not change: at most
/// <see cref="MaxHardStateBytes"/> bytes, which a storage keeps without reading them. Unlike the entries' data, the
/// memory may change once the append has completed.</param>
[Experimental("ECS0001")]
public readonly record struct LogAppend(ReadOnlyMemory<LogEntry> Entries, ReadOnlyMemory<byte> HardState)
{
    /// <summary>The longest hard state, in bytes: 1 KiB, many times the present one.</summary>
    public const int MaxHardStateBytes = 1024;

    /// <summary>Whether the hard state holds a vote that is cast with this write, or what a founder agrees to. A
    /// storage whose last writes can get lost without a trace (<see cref="StoredLog.MayLackTail"/>) sees to it that
    /// such a write cannot, before the append completes.</summary>
    public bool HasVote { get; init; }

    /// <summary>Checks that writes may follow a log, as every <see cref="ILogStorage"/> must before it touches
    /// anything.</summary>
    /// <param name="writes">The writes, in order.</param>
    /// <param name="startIndex">The index of the last dropped entry.</param>
    /// <param name="lastIndex">The index of the last entry.</param>
    /// <returns>The index of the last entry after the writes.</returns>
    /// <exception cref="ArgumentException">There is no write, an entry's index does not fit, or a hard state is too
    /// long.</exception>
    public static ulong Check(ReadOnlySpan<LogAppend> writes, ulong startIndex, ulong lastIndex)
    {
        if (writes.IsEmpty)
        {
            throw new ArgumentException("An append needs at least one write.", nameof(writes));
        }

        foreach (LogAppend write in writes)
        {
            if (write.HardState.Length > MaxHardStateBytes)
            {
                throw new ArgumentException(
                    $"A hard state has {write.HardState.Length} bytes; {MaxHardStateBytes} are the most.",
                    nameof(writes));
            }

            ReadOnlySpan<LogEntry> entries = write.Entries.Span;
            for (int i = 0; i < entries.Length; i++)
            {
                ulong index = entries[i].Index;
                bool fits = i == 0 ? index > startIndex && index <= lastIndex + 1 : index == lastIndex + 1;
                if (!fits)
                {
                    throw new ArgumentException(
                        $"Entry {index} does not fit: the log holds ({startIndex}, {lastIndex}] there, and the entries "
                        + "of one write are consecutive.", nameof(writes));
                }

                lastIndex = index;
            }
        }

        return lastIndex;
    }
}
