using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Heals a majority, and breaks the rest for good.</summary>
internal sealed partial class LivenessPhase
{
    private bool _isPartlyCutOff;

    private void HealAll()
    {
        cluster.Network.Mend();
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            Heal(replica);
        }
    }

    private static void Heal(SimulatedReplica replica)
    {
        replica.IsAbandoned = false;
        replica.Heal();
        if (replica.Life is { IsFaulted: true })
        {
            replica.Crash();
        }

        replica.Start();
    }

    // Members whose disks are damaged stay broken in any case: they do not start.
    private SimulatedReplica[] HealSome()
    {
        int replicas = cluster.Replicas.Length;
        int broken = replicas > 1 && random.Chance(MajorityOnlyRate) ? (replicas - 1) / 2 : 0;
        int first = random.Below(replicas);
        SimulatedReplica[] order =
        [
            .. Enumerable.Range(0, replicas)
                .Select(i => cluster.Replicas[(first + i) % replicas])
                .OrderBy(replica => replica.IsLost || replica.Disk.IsDamaged ? 0 : 1),
        ];
        cluster.Network.Mend();
        List<SimulatedReplica> healthy = [];
        for (int i = 0; i < replicas; i++)
        {
            Heal(order[i]);
            if (i < broken && !order[i].IsLost)
            {
                Break(order[i]);
            }
            else if (!order[i].IsLost)
            {
                healthy.Add(order[i]);
            }
        }

        return [.. healthy];
    }

    private void Break(SimulatedReplica replica)
    {
        Breakage[] all = Enum.GetValues<Breakage>();
        Breakage breakage = all[random.Below(all.Length)];
        cluster.Note($"replica {replica.Id} is broken for good: {breakage}");
        replica.IsAbandoned = true;
        _isPartlyCutOff |= breakage == Breakage.PartlyCutOff;
        switch (breakage)
        {
            case Breakage.Dead:
                replica.Crash();
                break;
            case Breakage.Paused:
                replica.Pause(long.MaxValue);
                break;
            case Breakage.HangingDisk:
                replica.Disk.HangsUntil = long.MaxValue;
                break;
            case Breakage.FullDisk:
                replica.Disk.IsFull = true;
                break;
            case Breakage.LossyLinks:
                cluster.Network.Add(new NoiseWindow(
                    new FaultEvent(cluster.Now, FaultKind.MessageLoss, FaultTarget.Of(replica.Number))
                    {
                        Peer = FaultTarget.All,
                        Intensity = 0.5 + (random.NextDouble() / 2),
                    },
                    random.Fork((ulong)replica.Number)));
                break;
            default:
                CutOff(replica, breakage);
                break;
        }
    }

    private void CutOff(SimulatedReplica replica, Breakage breakage)
    {
        foreach (SimulatedReplica other in cluster.Replicas)
        {
            if (other == replica || (breakage == Breakage.PartlyCutOff && random.Chance(0.5)))
            {
                continue;
            }

            cluster.Network.Cut(replica.Number, other.Number, breakage == Breakage.Deaf ? 0 : 1);
            cluster.Network.Cut(other.Number, replica.Number, breakage == Breakage.Mute ? 0 : 1);
        }
    }
}
