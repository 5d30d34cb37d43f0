namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// Which faults a seed turns on, and how hard. Each seed has a random subset of them: bugs hide where one fault is
/// absent as often as where another is present (swarm testing).
/// </summary>
internal sealed record FaultProfile
{
    /// <summary>The probability that a message gets lost.</summary>
    public double LossRate { get; init; }

    /// <summary>The probability that a message arrives twice.</summary>
    public double DuplicateRate { get; init; }

    /// <summary>The probability that a message takes much longer, and is overtaken.</summary>
    public double ReorderRate { get; init; }

    /// <summary>The shortest time a message takes, in microseconds.</summary>
    public long LatencyMicros { get; init; }

    /// <summary>How much longer than that it takes at the most, in microseconds.</summary>
    public long JitterMicros { get; init; }

    /// <summary>How long an overtaken message takes at the most, in microseconds.</summary>
    public long ReorderMicros { get; init; }

    /// <summary>The mean time between partitions, in microseconds; 0 for none.</summary>
    public long PartitionEveryMicros { get; init; }

    /// <summary>The probability that a partition cuts one direction only.</summary>
    public double OneWayRate { get; init; }

    /// <summary>The mean time between crashes, in microseconds; 0 for none.</summary>
    public long CrashEveryMicros { get; init; }

    /// <summary>The mean time that a crashed replica stays down, in microseconds.</summary>
    public long DownMicros { get; init; }

    /// <summary>The probability that a crash takes all replicas at once.</summary>
    public double CrashAllRate { get; init; }

    /// <summary>The mean time between pauses of a whole process, in microseconds; 0 for none.</summary>
    public long PauseEveryMicros { get; init; }

    /// <summary>The mean time between clock jumps, in microseconds; 0 for none.</summary>
    public long ClockJumpEveryMicros { get; init; }

    /// <summary>How far a clock's rate is off at the most; 0.1 is a tenth.</summary>
    public double ClockDrift { get; init; }

    /// <summary>The shortest flush of a disk, in microseconds.</summary>
    public long FlushMicros { get; init; }

    /// <summary>The mean time between spells of a slow disk, in microseconds; 0 for none.</summary>
    public long SlowDiskEveryMicros { get; init; }

    /// <summary>The probability that a crash leaves some of what was not flushed on the disk.</summary>
    public double KeepUnflushedRate { get; init; }

    /// <summary>How long a batch of entries takes to apply at the most, in microseconds.</summary>
    public long ApplyMicros { get; init; }

    /// <summary>The probability that a turn waits for more inputs.</summary>
    public double BatchRate { get; init; }

    /// <summary>The log between snapshots, in bytes.</summary>
    public long SnapshotLogBytes { get; init; }

    /// <summary>The entries kept below a snapshot.</summary>
    public ulong SnapshotKeepEntries { get; init; }

    /// <summary>The bytes of log entries kept in memory.</summary>
    public long LogCacheBytes { get; init; }

    /// <summary>The bytes in a piece of a snapshot.</summary>
    public int SnapshotChunkBytes { get; init; }

    /// <summary>The bytes of entries in a message, and in an apply effect.</summary>
    public int MaxMessageBytes { get; init; }

    /// <summary>The mean time between requests to hand leadership over, in microseconds; 0 for none.</summary>
    public long TransferEveryMicros { get; init; }

    /// <summary>The probability that a transport notices that it cannot reach a member.</summary>
    public double NoticeRate { get; init; }

    /// <summary>The probability that a new leader crashes at once (figure 8 of the Raft paper begins so).</summary>
    public double HuntRate { get; init; }

    /// <summary>The probability that a crash follows a vote at once (scenario 1).</summary>
    public double VoteCrashRate { get; init; }

    /// <summary>The mean time between jumps of all clocks at once, in microseconds, so that the replicas campaign
    /// together; 0 for none.</summary>
    public long CommonJumpEveryMicros { get; init; }

    /// <summary>The ticks between heartbeats.</summary>
    public int HeartbeatTicks { get; init; }

    /// <summary>The appends on their way to a member.</summary>
    public int MaxInflightMessages { get; init; }

    /// <summary>The bytes of entries on their way to a member.</summary>
    public long MaxInflightBytes { get; init; }

    /// <summary>The bytes of proposals that a leader has accepted and not applied.</summary>
    public long MaxUncommittedBytes { get; init; }

    /// <summary>The writes, and the reads, that may wait at a replica.</summary>
    public int MaxWaiting { get; init; }

    /// <summary>Draws the faults of a seed.</summary>
    public static FaultProfile Of(SimulationRandom random)
    {
        const long second = 1_000_000;
        bool On(double probability = 0.5) => random.Chance(probability);
        long EveryOrNever(double probability, long low, long high) =>
            On(probability) ? random.Between(low, high) : 0;

        return new FaultProfile
        {
            LossRate = On() ? random.NextDouble() * 0.2 : 0,
            DuplicateRate = On() ? random.NextDouble() * 0.2 : 0,
            ReorderRate = On() ? random.NextDouble() * 0.2 : 0,
            LatencyMicros = random.Between(50, 2_000),
            JitterMicros = random.Between(10, On(0.3) ? 30_000 : 2_000),
            ReorderMicros = random.Between(50_000, 2 * second),
            PartitionEveryMicros = EveryOrNever(0.6, second, 8 * second),
            OneWayRate = On() ? random.NextDouble() : 0,
            CrashEveryMicros = EveryOrNever(0.6, second, 8 * second),
            DownMicros = On(0.3) ? random.Between(1_000, second / 10) : random.Between(second / 10, 5 * second),
            CrashAllRate = On(0.3) ? 0.3 : 0,
            PauseEveryMicros = EveryOrNever(0.4, second, 8 * second),
            ClockJumpEveryMicros = EveryOrNever(0.4, second, 8 * second),
            ClockDrift = On() ? random.NextDouble() * 0.3 : 0,
            FlushMicros = random.Between(50, On(0.3) ? 20_000 : 1_000),
            SlowDiskEveryMicros = EveryOrNever(0.4, second, 8 * second),
            KeepUnflushedRate = random.NextDouble(),
            ApplyMicros = random.Between(20, On(0.2) ? 300_000 : 2_000),
            BatchRate = random.NextDouble(),
            SnapshotLogBytes = On(0.8) ? random.Between(1_000, 10_000) : 1 << 20,
            SnapshotKeepEntries = (ulong)random.Between(0, 30),
            LogCacheBytes = On() ? random.Between(500, 4_000) : 1 << 20,
            SnapshotChunkBytes = (int)random.Between(200, 4_000),
            MaxMessageBytes = (int)random.Between(100, On() ? 1_000 : 20_000),
            TransferEveryMicros = EveryOrNever(0.3, second, 8 * second),
            NoticeRate = On() ? random.NextDouble() : 0,
            HuntRate = On(0.25) ? random.NextDouble() * 0.8 : 0,
            VoteCrashRate = On(0.25) ? random.NextDouble() * 0.5 : 0,
            CommonJumpEveryMicros = EveryOrNever(0.25, second / 2, 4 * second),
            HeartbeatTicks = (int)random.Between(1, 2),
            MaxInflightMessages = (int)random.Between(1, 4),
            MaxInflightBytes = random.Between(100, On() ? 2_000 : 1 << 20),
            MaxUncommittedBytes = On(0.3) ? random.Between(300, 3_000) : 1 << 20,
            MaxWaiting = On(0.2) ? (int)random.Between(1, 4) : 1_000,
        };
    }
}
