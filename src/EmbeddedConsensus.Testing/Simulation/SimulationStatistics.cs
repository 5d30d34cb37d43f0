using EmbeddedConsensus.Testing.Simulation.Faults;

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

    /// <summary>Writes that ended without an answer, and of which the caller could learn later what became.</summary>
    public long ResolvedWrites { get; set; }

    /// <summary>Proposals that were retracted before they were executed.</summary>
    public long RetractedWrites { get; set; }

    /// <summary>Reads that were answered and checked.</summary>
    public long Reads { get; set; }

    /// <summary>Calls that ended without being executed.</summary>
    public long FailedCalls { get; set; }

    /// <summary>Watch events that were checked.</summary>
    public long WatchEvents { get; set; }

    /// <summary>Entries of the log that were applied by at least one replica.</summary>
    public long Entries { get; set; }

    /// <summary>Renewals that holders of leases know to have succeeded.</summary>
    public long LeaseRenewals { get; set; }

    /// <summary>Leases that expired.</summary>
    public long LeasesExpired { get; set; }

    /// <summary>Terms that had a leader.</summary>
    public long Leaders { get; set; }

    /// <summary>Snapshots taken.</summary>
    public long SnapshotsTaken { get; set; }

    /// <summary>Snapshots received from a leader and restored.</summary>
    public long SnapshotsRestored { get; set; }

    /// <summary>Proposals that stood in the log more than once.</summary>
    public long RepeatedProposals { get; set; }

    /// <summary>Lives that ended without warning.</summary>
    public long Crashes { get; set; }

    /// <summary>Lives whose storage failed, so that they did nothing more.</summary>
    public long StorageFaults { get; set; }

    /// <summary>Starts that were refused because what was durable is damaged.</summary>
    public long RefusedStarts { get; set; }

    /// <summary>Changes of the membership that were carried out on behalf of the operator.</summary>
    public long MembershipChanges { get; set; }

    /// <summary>Changes of the membership that were refused for good.</summary>
    public long RefusedChanges { get; set; }

    /// <summary>Configurations that were committed.</summary>
    public long Configurations { get; set; }

    /// <summary>Joint configurations that were committed.</summary>
    public long JointConfigurations { get; set; }

    /// <summary>How often the format that the cluster writes rose.</summary>
    public long FormatChanges { get; set; }

    /// <summary>Members that were removed and have stopped by themselves.</summary>
    public long RemovedStopped { get; set; }

    /// <summary>Members with an empty disk that were refused.</summary>
    public long RefusedMembers { get; set; }

    /// <summary>Messages that got lost.</summary>
    public long MessagesLost { get; set; }

    /// <summary>Messages that arrived twice.</summary>
    public long MessagesRepeated { get; set; }

    /// <summary>Messages that were overtaken.</summary>
    public long MessagesReordered { get; set; }

    /// <summary>The faults of the schedule that struck.</summary>
    public Tally<FaultKind> Faults { get; init; } = new();

    /// <summary>How often each place was passed at which a process can end.</summary>
    public Tally<CrashPoint> PointsPassed { get; init; } = new();

    /// <summary>How often a process ended there.</summary>
    public Tally<CrashPoint> PointsCrashed { get; init; } = new();

    /// <summary>Calls of every kind.</summary>
    public long Operations => Writes + UnknownWrites + Reads + FailedCalls;

    /// <summary>Adds the counts of another simulation.</summary>
    public void Add(SimulationStatistics other)
    {
        Events += other.Events;
        VirtualMicros += other.VirtualMicros;
        Writes += other.Writes;
        UnknownWrites += other.UnknownWrites;
        ResolvedWrites += other.ResolvedWrites;
        RetractedWrites += other.RetractedWrites;
        Reads += other.Reads;
        FailedCalls += other.FailedCalls;
        WatchEvents += other.WatchEvents;
        Entries += other.Entries;
        LeaseRenewals += other.LeaseRenewals;
        LeasesExpired += other.LeasesExpired;
        Leaders += other.Leaders;
        SnapshotsTaken += other.SnapshotsTaken;
        SnapshotsRestored += other.SnapshotsRestored;
        RepeatedProposals += other.RepeatedProposals;
        Crashes += other.Crashes;
        StorageFaults += other.StorageFaults;
        RefusedStarts += other.RefusedStarts;
        MembershipChanges += other.MembershipChanges;
        RefusedChanges += other.RefusedChanges;
        Configurations += other.Configurations;
        JointConfigurations += other.JointConfigurations;
        FormatChanges += other.FormatChanges;
        RemovedStopped += other.RemovedStopped;
        RefusedMembers += other.RefusedMembers;
        MessagesLost += other.MessagesLost;
        MessagesRepeated += other.MessagesRepeated;
        MessagesReordered += other.MessagesReordered;
        Faults.Add(other.Faults);
        PointsPassed.Add(other.PointsPassed);
        PointsCrashed.Add(other.PointsCrashed);
    }
}
