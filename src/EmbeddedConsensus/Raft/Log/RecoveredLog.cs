namespace EmbeddedConsensus.Raft;

/// <summary>What a log held when it was opened, as consensus begins with it.</summary>
/// <param name="HardState">The last hard state made durable; the default for a new log.</param>
/// <param name="Start">The position of the last dropped entry: the log begins after it. Zero for a new log.</param>
/// <param name="LastIndex">The index of the last entry; equal to the start's index when the log is empty.</param>
/// <param name="Terms">The terms of all entries after <paramref name="Start"/>, in order of index.</param>
internal sealed record RecoveredLog(
    HardState HardState, LogPosition Start, ulong LastIndex, IReadOnlyList<TermStart> Terms)
{
    /// <summary>Names this life of the replica by a number greater than that of every earlier life, durable before the
    /// recovery ends.</summary>
    public ulong Incarnation { get; init; } = 1;

    /// <summary>The entries of the log that change the membership (<see cref="LogEntryKind.Configuration"/>), in order
    /// of index. A replica has to know them before it may take part.</summary>
    public IReadOnlyList<LogEntry> ConfigurationEntries { get; init; } = [];

    /// <summary>Whether entries that were durable may be missing at the end, because the storage cannot prove that it
    /// found them all. Votes are not missing: they were kept twice.</summary>
    public bool MayLackTail { get; init; }

    /// <summary>What a new, empty log holds.</summary>
    public static RecoveredLog Empty { get; } = new(default, default, 0, []);
}
