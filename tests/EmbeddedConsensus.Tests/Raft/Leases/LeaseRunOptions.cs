namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>What a <see cref="LeaseRun"/> assumes of its clocks, and what they do.</summary>
internal sealed record LeaseRunOptions
{
    /// <summary>What the members take for granted.</summary>
    public double MaxClockDrift { get; init; } = 0.2;

    /// <summary>How much the slowest clock falls behind the fastest.</summary>
    public double Drift { get; init; } = 0.2;

    /// <summary>A driver that reads its clock before it looks into its queues, and does not tell the core.</summary>
    public bool ReadsClockFirst { get; init; }

    /// <summary>Whether a member that restarts may come back with another election timeout, as in a rolling restart
    /// that lowers or raises it.</summary>
    public bool ChangesElectionTimeout { get; init; }

    /// <summary>How long a run lasts, in microseconds.</summary>
    public long Duration { get; init; } = 4_000_000;
}
