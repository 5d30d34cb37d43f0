namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Lets faults happen, as often and as hard as the profile says.</summary>
internal sealed class FaultInjector(SimulatedCluster cluster, FaultProfile profile, SimulationRandom random)
{
    private const long MeanPartitionMicros = 1_500_000;
    private const long MaxPauseMicros = 4_000_000;
    private const long MeanSlowMicros = 2_000_000;
    private const int MaxJumpTicks = 60;
    private const int MinCommonJumpTicks = 10;
    private const int MaxCommonJumpTicks = 30;
    private const long MaxHuntMicros = 50_000;
    private const long MaxVoteMicros = 300;
    private const long MaxVoteDownMicros = 5_000;
    private const double MidTurnRate = 0.5;
    private const int MaxEffects = 12;

    private int _partition;

    /// <summary>Schedules the first fault of each kind.</summary>
    public void Begin()
    {
        Repeat(profile.PartitionEveryMicros, Partition);
        Repeat(profile.CrashEveryMicros, Crash);
        Repeat(profile.PauseEveryMicros, Pause);
        Repeat(profile.ClockJumpEveryMicros, JumpClock);
        Repeat(profile.CommonJumpEveryMicros, JumpAllClocks);
        Repeat(profile.SlowDiskEveryMicros, SlowDisk);
        Repeat(profile.TransferEveryMicros, TransferLeadership);
    }

    private SimulatedReplica AnyReplica => cluster.Replicas[random.Below(cluster.Replicas.Length)];

    private void Repeat(long everyMicros, Action fault)
    {
        if (everyMicros == 0)
        {
            return;
        }

        cluster.Events.Schedule(random.Exponential(everyMicros), EventKind.Fault, 0, () =>
        {
            if (cluster.FaultsAreOn)
            {
                fault();
                Repeat(everyMicros, fault);
            }
        });
    }

    private void Partition()
    {
        int replicas = cluster.Replicas.Length;
        bool isOneWay = random.Chance(profile.OneWayRate);
        int[] sides = new int[replicas];
        switch (random.Below(3))
        {
            case 0:
                sides[random.Below(replicas)] = 1;
                break;
            case 1:
                for (int i = 0; i < replicas; i++)
                {
                    sides[i] = random.Below(2);
                }

                break;
            default:
                CutOneLink(random.Below(replicas), random.Below(replicas), isOneWay);
                break;
        }

        for (int from = 0; from < replicas; from++)
        {
            for (int to = 0; to < replicas; to++)
            {
                if (sides[from] != sides[to] && (!isOneWay || sides[from] == 1))
                {
                    cluster.Network.SetCut(from, to, true);
                }
            }
        }

        cluster.Statistics.Partitions++;
        string kind = isOneWay ? "one way" : "both ways";
        cluster.Note($"partition {string.Concat(sides)}, {kind}");
        int partition = ++_partition;
        cluster.Events.Schedule(random.Exponential(MeanPartitionMicros), EventKind.Fault, 1, () =>
        {
            // Partitions add up; the end of the newest mends everything.
            if (_partition == partition && cluster.FaultsAreOn)
            {
                cluster.Network.Mend();
                cluster.Note($"partition ends");
            }
        });
    }

    private void CutOneLink(int from, int to, bool isOneWay)
    {
        cluster.Network.SetCut(from, to, true);
        cluster.Network.SetCut(to, from, !isOneWay);
    }

    private void Crash()
    {
        bool isAll = random.Chance(profile.CrashAllRate);
        SimulatedReplica one = AnyReplica;
        foreach (SimulatedReplica replica in isAll ? cluster.Replicas : [one])
        {
            if (!isAll && random.Chance(MidTurnRate))
            {
                replica.CrashAfterEffects(random.Below(MaxEffects));
            }
            else
            {
                replica.Crash();
            }

            RestartLater(replica);
        }
    }

    /// <summary>A replica was elected: perhaps it does not live to replicate much.</summary>
    public void LeaderElected(SimulatedReplica replica)
    {
        if (cluster.FaultsAreOn && random.Chance(profile.HuntRate))
        {
            CrashSoon(replica, random.Between(0, MaxHuntMicros), random.Exponential(profile.DownMicros));
        }
    }

    /// <summary>A replica has just voted: perhaps it does not live to remember it.</summary>
    public void Voted(SimulatedReplica replica)
    {
        if (cluster.FaultsAreOn && random.Chance(profile.VoteCrashRate))
        {
            // It is back while the requests of other candidates are still on their way.
            CrashSoon(replica, random.Between(0, MaxVoteMicros), random.Between(0, MaxVoteDownMicros));
        }
    }

    private void CrashSoon(SimulatedReplica replica, long delayMicros, long downMicros) =>
        cluster.Events.Schedule(delayMicros, EventKind.Fault, 3, () =>
        {
            if (cluster.FaultsAreOn)
            {
                replica.Crash();
                cluster.Events.Schedule(downMicros, EventKind.Fault, 2, () => Restart(replica));
            }
        });

    private void RestartLater(SimulatedReplica replica) =>
        cluster.Events.Schedule(random.Exponential(profile.DownMicros), EventKind.Fault, 2, () => Restart(replica));

    // One that is to crash and has not yet gets its start later.
    private void Restart(SimulatedReplica replica)
    {
        if (!cluster.FaultsAreOn)
        {
            return;
        }

        if (replica.Life is null)
        {
            replica.Start();
        }
        else if (replica.IsToCrash)
        {
            RestartLater(replica);
        }
    }

    private void Pause()
    {
        SimulatedReplica replica = AnyReplica;
        long micros = random.Between(0, MaxPauseMicros);
        replica.Pause(micros);
        cluster.Statistics.Stalls++;
        cluster.Note($"replica {replica.Id} is paused for {micros} us");
    }

    private void JumpAllClocks()
    {
        int ticks = (int)random.Between(MinCommonJumpTicks, MaxCommonJumpTicks);
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            replica.Clock.Jump(ticks);
        }

        cluster.Statistics.Stalls++;
        cluster.Note($"all clocks jump by {ticks} ticks");
    }

    private void JumpClock()
    {
        SimulatedReplica replica = AnyReplica;
        int ticks = (int)random.Between(-MaxJumpTicks, MaxJumpTicks);
        replica.Clock.Jump(ticks);
        cluster.Statistics.Stalls++;
        cluster.Note($"the clock of replica {replica.Id} jumps by {ticks} ticks");
    }

    // No fault by itself; to a member that is down, cut off or far behind it is one (scenario 20).
    private void TransferLeadership()
    {
        MemberId target = AnyReplica.Id;
        if (AnyReplica.Life is { } life)
        {
            cluster.Note($"replica {life.Replica.Id} asks for leadership to go to {target}");
            life.Input(() => life.Core.Node.TransferLeadership(target));
        }
    }

    private void SlowDisk()
    {
        SimulatedReplica replica = AnyReplica;
        long micros = random.Exponential(MeanSlowMicros);
        replica.SlowDisk(micros);
        cluster.Statistics.Stalls++;
        cluster.Note($"the disk of replica {replica.Id} is slow for {micros} us");
    }
}
