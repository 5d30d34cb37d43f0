namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Counts of what happened in a simulation.</summary>
internal sealed record SimulationStatistics
{
    /// <summary>Events.</summary>
    public long Events { get; set; }

    /// <summary>Virtual time, in microseconds.</summary>
    public long VirtualMicros { get; set; }

    /// <summary>Writes that were acknowledged.</summary>
    public long Writes { get; set; }

    /// <summary>Writes whose outcome the caller did not learn.</summary>
    public long UnknownWrites { get; set; }

    /// <summary>Reads that were answered and checked.</summary>
    public long Reads { get; set; }

    /// <summary>Calls that ended without being executed.</summary>
    public long FailedCalls { get; set; }

    /// <summary>Watch events that were checked.</summary>
    public long WatchEvents { get; set; }

    /// <summary>Entries of the log that were applied by at least one replica.</summary>
    public long Entries { get; set; }

    /// <summary>Terms that had a leader.</summary>
    public long Leaders { get; set; }

    /// <summary>Snapshots taken.</summary>
    public long SnapshotsTaken { get; set; }

    /// <summary>Snapshots received from a leader and restored.</summary>
    public long SnapshotsRestored { get; set; }

    /// <summary>Proposals that stood in the log more than once.</summary>
    public long RepeatedProposals { get; set; }

    /// <summary>Crashes.</summary>
    public long Crashes { get; set; }

    /// <summary>Partitions and broken links.</summary>
    public long Partitions { get; set; }

    /// <summary>Pauses, clock jumps and slow disks.</summary>
    public long Stalls { get; set; }

    /// <summary>Messages lost or repeated.</summary>
    public long MessageFaults { get; set; }

    /// <summary>Faults of every kind.</summary>
    public long Faults => Crashes + Partitions + Stalls + MessageFaults;

    /// <summary>Calls of every kind.</summary>
    public long Operations => Writes + UnknownWrites + Reads + FailedCalls;

    /// <summary>Adds the counts of another simulation.</summary>
    public void Add(SimulationStatistics other)
    {
        Events += other.Events;
        VirtualMicros += other.VirtualMicros;
        Writes += other.Writes;
        UnknownWrites += other.UnknownWrites;
        Reads += other.Reads;
        FailedCalls += other.FailedCalls;
        WatchEvents += other.WatchEvents;
        Entries += other.Entries;
        Leaders += other.Leaders;
        SnapshotsTaken += other.SnapshotsTaken;
        SnapshotsRestored += other.SnapshotsRestored;
        RepeatedProposals += other.RepeatedProposals;
        Crashes += other.Crashes;
        Partitions += other.Partitions;
        Stalls += other.Stalls;
        MessageFaults += other.MessageFaults;
    }
}
