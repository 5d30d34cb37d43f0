using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>What a log held when it was opened.</summary>
/// <param name="HardState">The last hard state made durable; the default for a new log.</param>
/// <param name="Start">The position of the last dropped entry: the log begins behind it. Zero for a new log.</param>
/// <param name="LastIndex">The index of the last entry; equal to the start's index when the log is empty.</param>
/// <param name="Terms">The terms of all entries behind <paramref name="Start"/>, in order of index.</param>
public sealed record RecoveredLog(
    HardState HardState, LogPosition Start, ulong LastIndex, IReadOnlyList<TermStart> Terms)
{
    /// <summary>How often the log has been opened, this time included: a number that no earlier life of the replica
    /// had. It is durable before the recovery ends.</summary>
    public ulong Incarnation { get; init; } = 1;

    /// <summary>What a new, empty log holds.</summary>
    public static RecoveredLog Empty { get; } = new(default, default, 0, []);

    /// <summary>Whether nothing was ever written: a replica that starts for the first time.</summary>
    public bool IsEmpty => LastIndex == 0 && HardState == default;
}
