using System.Collections.Immutable;
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

    // One link stays broken for good, in one or both directions: the cluster as a whole must continue (scenario 16).
    // Where every link is needed there is nothing to break.
    private void RunWithBrokenLink()
    {
        HealAll();
        SimulatedReplica[] members = [.. Members];
        if (members.Length < 3 || cluster.Operator.IsBusy || !members.All(member => cluster.Atlas.IsSound(member.Id))
            || cluster.VoterSets().Any(set => set.Length < 3 || !set.All(cluster.Atlas.IsSound))
            || cluster.Replicas.Any(replica => replica.LatestConfiguration is { IsJoint: true }))
        {
            return;
        }

        int from = random.Below(members.Length);
        int to = (from + 1 + random.Below(members.Length - 1)) % members.Length;
        cluster.Network.Cut(members[from].Number, members[to].Number, 1);
        cluster.Network.Cut(members[to].Number, members[from].Number, random.Chance(0.5) ? 1 : 0);
        cluster.Note($"the link from {members[from].Id} to {members[to].Id} stays broken");
        RequireServiceSomewhere(members);
        cluster.Network.Mend();
    }

    // As many as every set of voters that may count can do without. The leader is a good one to break.
    private bool HealSome()
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
            if (IsMember(replica) && cluster.VoterSets().All(set => CanDoWithout(set, replica)))
            {
                someAreBroken = true;
                Break(replica);
            }
        }

        return someAreBroken;
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
