using System.Collections.Immutable;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Ends the faults of a cluster: everywhere, or for a majority while the rest stays broken for good.</summary>
internal sealed class ClusterHealing(SimulatedCluster cluster, SimulationRandom random)
{
    private const double MajorityOnlyRate = 0.75;

    /// <summary>Whether a member was left that reaches only some of the others.</summary>
    public bool HasPartlyCutOff { get; private set; }

    /// <summary>Ends all faults but lost and damaged disks, and starts all members.</summary>
    public void HealAll()
    {
        cluster.Network.Mend();
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            Heal(replica);
        }
    }

    /// <summary>Heals all members, and then often breaks as many as every set of voters that may count can do without,
    /// preferably the leader.</summary>
    /// <returns>Whether members are broken.</returns>
    public bool HealSome()
    {
        HealAll();
        if (!random.Chance(MajorityOnlyRate))
        {
            return false;
        }

        int leader = random.Chance(0.5) ? cluster.LeaderNumber : -1;
        int first = random.Below(cluster.Replicas.Count);
        bool someAreBroken = false;
        foreach (SimulatedReplica replica in cluster.Replicas
            .OrderBy(replica => replica.Number == leader ? 0 : 1)
            .ThenBy(replica => (replica.Number + first) % cluster.Replicas.Count))
        {
            if (cluster.IsMember(replica) && cluster.VoterSets().All(set => CanDoWithout(set, replica)))
            {
                someAreBroken = true;
                Break(replica);
            }
        }

        return someAreBroken;
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

    private bool CanDoWithout(ImmutableArray<MemberId> voters, SimulatedReplica broken)
    {
        if (!voters.Contains(broken.Id))
        {
            return true;
        }

        int sound = voters.Count(id =>
            id != broken.Id && cluster.Atlas.IsSound(id)
            && !cluster.Replicas[SimulatedCluster.NumberOf(id)].IsAbandoned);
        return sound * 2 > voters.Length;
    }

    private void Break(SimulatedReplica replica)
    {
        Breakage[] all = Enum.GetValues<Breakage>();
        Breakage breakage = all[random.Below(all.Length)];
        cluster.Note($"replica {replica.Id} is broken for good: {breakage}");
        replica.IsAbandoned = true;
        HasPartlyCutOff |= breakage == Breakage.PartlyCutOff;
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
