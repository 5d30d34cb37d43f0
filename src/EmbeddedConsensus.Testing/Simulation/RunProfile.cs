namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// What a seed makes of everything that is no fault: how fast machines and network are, and the limits, windows, caches
/// and thresholds of the product, which are small so that their edges are met often.
/// </summary>
internal sealed record RunProfile
{
    /// <summary>The shortest time a message takes, in microseconds.</summary>
    public long LatencyMicros { get; init; }

    /// <summary>The maximum additional latency, in microseconds.</summary>
    public long JitterMicros { get; init; }

    /// <summary>The maximum latency of an overtaken message, in microseconds.</summary>
    public long ReorderMicros { get; init; }

    /// <summary>The shortest flush of a disk, in microseconds.</summary>
    public long FlushMicros { get; init; }

    /// <summary>The probability that what was not flushed is on the disk after a crash, for each record.</summary>
    public double KeepUnflushedRate { get; init; }

    /// <summary>The maximum time to apply a batch of entries, in microseconds.</summary>
    public long ApplyMicros { get; init; }

    /// <summary>The probability that a turn waits for more inputs.</summary>
    public double BatchRate { get; init; }

    /// <summary>How many ticks a process that was held up makes up for at once.</summary>
    public int MaxTicksPerTurn { get; init; }

    /// <summary>The log between snapshots, in bytes.</summary>
    public long SnapshotThresholdBytes { get; init; }

    /// <summary>The bytes of log kept below a snapshot.</summary>
    public long RetainedLogBytes { get; init; }

    /// <summary>The bytes of log entries kept in memory.</summary>
    public long LogCacheBytes { get; init; }

    /// <summary>The bytes in a piece of a snapshot.</summary>
    public int SnapshotChunkBytes { get; init; }

    /// <summary>The bytes of entries in a message, and in an apply effect.</summary>
    public int MaxMessageBytes { get; init; }

    /// <summary>The probability that a transport notices that it cannot reach a member.</summary>
    public double NoticeRate { get; init; }

    /// <summary>The part of the founders that run the old release at first.</summary>
    public double OldReleaseRate { get; init; }

    /// <summary>Whether leaders answer reads by a lease. Then clocks drift, and do not jump.</summary>
    public bool UsesLeases { get; init; }

    /// <summary>The ticks between heartbeats.</summary>
    public int HeartbeatTicks { get; init; }

    /// <summary>The appends on their way to a member.</summary>
    public int MaxInflightMessages { get; init; }

    /// <summary>The bytes of entries on their way to a member.</summary>
    public long MaxInflightBytes { get; init; }

    /// <summary>The bytes of proposals that a leader has accepted and not applied.</summary>
    public long MaxUncommittedBytes { get; init; }

    /// <summary>The writes, and the reads, that may be pending at a replica.</summary>
    public int MaxPending { get; init; }

    /// <summary>The calls of a kind that may wait for room at every second replica; 0 where none does.</summary>
    public int MaxWaiting { get; init; }

    // About what an entry of a simulated caller takes.
    private const int EntryBytes = 100;

    /// <summary>Draws the profile of a seed.</summary>
    public static RunProfile Of(SimulationRandom random)
    {
        const long second = 1_000_000;
        bool On(double probability = 0.5) => random.Chance(probability);
        int heartbeat = (int)random.Between(1, 2);
        return new RunProfile
        {
            LatencyMicros = random.Between(50, 2_000),
            JitterMicros = random.Between(10, On(0.3) ? 30_000 : 2_000),
            ReorderMicros = random.Between(50_000, 2 * second),
            FlushMicros = random.Between(50, On(0.3) ? 20_000 : 1_000),
            KeepUnflushedRate = random.NextDouble(),
            ApplyMicros = random.Between(20, On(0.2) ? 300_000 : 2_000),
            BatchRate = random.NextDouble(),
            MaxTicksPerTurn = On() ? heartbeat : On() ? 10 : 64,
            SnapshotThresholdBytes = On(0.8) ? random.Between(1_000, 10_000) : 1 << 20,
            RetainedLogBytes = random.Between(0, 30) * EntryBytes,
            LogCacheBytes = On() ? random.Between(500, 4_000) : 1 << 20,
            SnapshotChunkBytes = (int)random.Between(200, 4_000),
            MaxMessageBytes = (int)random.Between(100, On() ? 1_000 : 20_000),
            NoticeRate = On() ? random.NextDouble() : 0,
            HeartbeatTicks = heartbeat,
            MaxInflightMessages = (int)random.Between(1, 4),
            MaxInflightBytes = random.Between(100, On() ? 2_000 : 1 << 20),
            MaxUncommittedBytes = On(0.3) ? random.Between(300, 3_000) : 1 << 20,
            MaxPending = On(0.2) ? (int)random.Between(2, 8) : 1_000,
            UsesLeases = On(0.3),
            OldReleaseRate = On(0.3) ? random.NextDouble() * 1.5 : 0,
            MaxWaiting = On() ? (int)random.Between(1, 30) : 0,
        };
    }
}
