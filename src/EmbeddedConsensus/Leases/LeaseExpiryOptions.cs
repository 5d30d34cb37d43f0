namespace EmbeddedConsensus.Leases;

/// <summary>The times of a <see cref="LeaseExpiry"/>, in microseconds, and its bounds.</summary>
internal sealed record LeaseExpiryOptions
{
    /// <summary>How long a new leader waits before it lets leases expire: holders whose renewals were under way, or
    /// that could not reach a leader before, come first.</summary>
    public long GraceMicros { get; init; } = 1_000_000;

    /// <summary>How much of a lease's time may pass without a checkpoint. It is what a lease can gain when every member
    /// that knows better is gone.</summary>
    public long CheckpointMicros { get; init; } = 300_000_000;

    /// <summary>How many leases an entry may end, or note the time of.</summary>
    public int MaxMarks { get; init; } = 512;

    /// <summary>How many leases are looked at in one turn.</summary>
    public int MaxMoves { get; init; } = 4_096;
}
