using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>What a log held when it was opened.</summary>
/// <param name="HardState">The last hard state made durable, byte for byte; empty for a new log.</param>
/// <param name="Start">The position of the last dropped entry: the log begins after it. Zero for a new log.</param>
/// <param name="LastIndex">The index of the last entry; equal to the start's index when the log is empty.</param>
/// <param name="Terms">The terms of all entries after <paramref name="Start"/>, in order of index.</param>
[Experimental("ECS0001")]
public sealed record StoredLog(
    ReadOnlyMemory<byte> HardState, LogPosition Start, ulong LastIndex, IReadOnlyList<TermStart> Terms)
{
    /// <summary>Names this life of the replica by a number greater than that of every earlier life, durable before the
    /// recovery ends.</summary>
    public ulong Incarnation { get; init; } = 1;

    /// <summary>The entries of the log that change the membership (<see cref="LogEntryKind.Configuration"/>), in order
    /// of index. A replica has to know them before it may take part.</summary>
    public IReadOnlyList<LogEntry> ConfigurationEntries { get; init; } = [];

    /// <summary>Whether entries that were durable may be missing at the end, because the storage cannot prove that it
    /// found them all. Votes are not missing (<see cref="LogAppend.HasVote"/>). The storage reports this again at each
    /// recovery until an append with a hard state is durable; from then on the replica remembers it.</summary>
    public bool MayLackTail { get; init; }

    /// <summary>Whether nothing was ever written: a replica that starts for the first time.</summary>
    public bool IsEmpty => LastIndex == 0 && HardState.IsEmpty && !MayLackTail;

    /// <summary>Returns the incarnation that follows <paramref name="last"/>. It is at least the time of day, so that a
    /// member that comes back without its disk never repeats the numbers of an earlier life: the cluster would take its
    /// new proposals for repetitions of old ones.</summary>
    /// <param name="last">The incarnation that the storage remembers; 0 for a new storage.</param>
    /// <param name="now">The time of day.</param>
    public static ulong NextIncarnation(ulong last, DateTimeOffset now) => Math.Max(last + 1, (ulong)now.UtcTicks);

    /// <summary>Reads what the storage kept for the replica.</summary>
    /// <exception cref="StorageException">The hard state is damaged, or of another version of the library.</exception>
    internal RecoveredLog Decode()
    {
        try
        {
            return new RecoveredLog(HardStateCodec.Decode(HardState.Span), Start, LastIndex, Terms)
            {
                Incarnation = Incarnation,
                ConfigurationEntries = ConfigurationEntries,
                MayLackTail = MayLackTail,
            };
        }
        catch (HardStateFormatException exception)
        {
            throw new StorageException($"The log cannot be used. {exception.Message}", exception);
        }
    }
}
