namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Lets the faults of a schedule happen, and ends them again.</summary>
internal sealed partial class FaultInjector(SimulatedCluster cluster, FaultSchedule schedule, SimulationRandom random)
{
    /// <summary>Where crashes are to be.</summary>
    public CrashPoints Points { get; } = new(cluster);

    /// <summary>Schedules all faults.</summary>
    public void Begin()
    {
        foreach (FaultEvent fault in schedule.Events)
        {
            After(fault.AtMicros - cluster.Now, fault.Kind, () => Strike(fault));
        }
    }

    /// <summary>Ends the faults that wait for an occasion.</summary>
    public void Stop() => Points.Disarm();

    /// <summary>A replica passes a place at which it may end.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool CrashesAt(CrashPoint point, SimulatedReplica replica)
    {
        if (Points.Pass(point, replica.Number) is not { } fault)
        {
            return false;
        }

        cluster.Note($"replica {replica.Id} is at {point}");
        Crash(replica, fault.DurationMicros);
        return true;
    }

    // What a fault brings about, and its end, is undone by the liveness phase if it comes first.
    private void After(long delayMicros, FaultKind kind, Action action) =>
        cluster.Events.Schedule(delayMicros, EventKind.Fault, (ulong)kind, () =>
        {
            if (cluster.FaultsAreOn)
            {
                action();
            }
        });

    private void Strike(FaultEvent fault)
    {
        if (StrikeAll(fault))
        {
            cluster.Statistics.Faults.Add(fault.Kind);
            cluster.Note($"fault: {fault}");
        }
    }

    private bool StrikeAll(FaultEvent fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.CrashAtPoint:
                Points.Arm(fault);
                return true;
            case FaultKind.Partition:
                return Partition(fault);
            case FaultKind.LinkCut:
                return CutLinks(LinksOf(fault), fault.DurationMicros, fault.Kind);
            case FaultKind.LinkFlap:
                return FlapLinks(fault);
            case FaultKind.LoseCopy or FaultKind.LoseTailCopy:
                return LoseCopy(fault);
            case FaultKind.MessageLoss:
            case FaultKind.MessageDelay:
            case FaultKind.MessageDuplication:
            case FaultKind.MessageReordering:
                return BeginNoise(fault);
            case >= FaultKind.AddLearner and <= FaultKind.CancelPlan:
                return cluster.Operator.Strike(fault);
            default:
                bool any = false;
                foreach (SimulatedReplica replica in Targets(fault))
                {
                    any |= StrikeOne(fault, replica);
                }

                return any;
        }
    }

    private bool StrikeOne(FaultEvent fault, SimulatedReplica replica)
    {
        switch (fault.Kind)
        {
            case FaultKind.Crash:
                return Crash(replica, fault.DurationMicros);
            case FaultKind.Pause:
                replica.Pause(fault.DurationMicros);
                return replica.Life is not null;
            case FaultKind.ClockJump:
                replica.Clock.Jump(fault.Amount);
                return true;
            case FaultKind.WallClockJump:
                replica.Clock.JumpDay(fault.Amount);
                return true;
            case FaultKind.ClockDrift:
                replica.Clock.SetRate(fault.Intensity, cluster.Now);
                After(fault.DurationMicros, fault.Kind, () => replica.Clock.SetRate(1, cluster.Now));
                return true;
            case FaultKind.LeadershipTransfer:
                return TransferLeadership(fault, replica);
            case FaultKind.ReturnRemoved:
                return replica.ReturnRemoved();
            case FaultKind.Upgrade:
                return replica.Upgrade() && Crash(replica, fault.DurationMicros);
            case FaultKind.LoseDisk:
                return LoseDisk(replica);
            case FaultKind.LoseTail:
                return LoseTail(fault, replica);
            default:
                return StrikeDisk(fault, replica);
        }
    }

    private bool StrikeDisk(FaultEvent fault, SimulatedReplica replica)
    {
        SimulatedDisk disk = replica.Disk;
        switch (fault.Kind)
        {
            case FaultKind.SlowDisk:
                disk.SlowUntil = cluster.Now + fault.DurationMicros;
                return true;
            case FaultKind.HangingDisk:
                disk.HangsUntil = cluster.Now + fault.DurationMicros;
                return true;
            case FaultKind.FullDisk:
                disk.IsFull = true;
                After(fault.DurationMicros, fault.Kind, () => disk.IsFull = false);
                return true;
            case FaultKind.FsyncError:
                disk.FailsNextFlush = true;
                return true;
            default:
                return cluster.Atlas.MayImpair(replica) && disk.Damage(fault.Kind, fault.Amount);
        }
    }

    private bool Crash(SimulatedReplica replica, long downMicros)
    {
        if (replica.Life is null)
        {
            return false;
        }

        replica.Crash();
        After(downMicros, FaultKind.Crash, replica.Start);
        return true;
    }

    private bool TransferLeadership(FaultEvent fault, SimulatedReplica replica)
    {
        if (replica.Life is not { } life || Peers(fault).FirstOrDefault() is not { } peer)
        {
            return false;
        }

        life.Later(0, EventKind.Fault, () => life.Input(() => life.Core.Node.TransferLeadership(peer.Id)));
        return true;
    }

    private SimulatedReplica[] Targets(FaultEvent fault) => Find(fault.Target);

    private SimulatedReplica[] Peers(FaultEvent fault) => Find(fault.Peer);

    private SimulatedReplica[] Find(FaultTarget target)
    {
        int leader = cluster.LeaderNumber;
        return [.. cluster.Replicas.Where(replica => target.Includes(replica.Number, leader))];
    }
}
