using System.Collections.Immutable;

namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Members that come back on an empty disk, or without the end of their log.</summary>
internal sealed partial class FaultInjector
{
    // So long what was sent before may still arrive, from those that are about to crash.
    private const long OnTheWayMicros = 60_000;
    private const long ShortestAbsenceMicros = 2_000_000;
    private const long LongestAbsenceMicros = 4_000_000;

    // Before a member is known to have started, an empty disk is not known to be a lost one.
    private bool LoseDisk(SimulatedReplica replica)
    {
        bool mayLose = MayLoseDisk(replica);
        if (mayLose)
        {
            replica.LoseDisk();
        }

        return mayLose;
    }

    // A majority in doubt elects no leader until an operator accepts the loss.
    private bool LoseTail(FaultEvent fault, SimulatedReplica replica)
    {
        if (!cluster.Atlas.MayImpair(replica) || !Crash(replica, fault.DurationMicros))
        {
            return false;
        }

        return replica.Disk.LoseTailWithDoubt(fault.Amount);
    }

    private bool MayLoseDisk(SimulatedReplica replica)
    {
        // A majority of founders on empty disks founds a second cluster: neither finds one that knows better.
        ImmutableArray<MemberId> founders = replica.Bootstrap.Voters;
        int empty = cluster.Replicas.Count(other => founders.Contains(other.Id) && other.HasLostDisk);
        bool mayFound = founders.Contains(replica.Id) && (empty + 1) * 2 > founders.Length;
        return !mayFound && cluster.Rules.Latest?.Find(replica.Id) is { HasStarted: true }
            && cluster.Atlas.MayImpair(replica);
    }

    private bool LoseCopy(FaultEvent fault)
    {
        SimulatedReplica[] voters = VotersFrom(fault);
        bool losesDisk = fault.Kind == FaultKind.LoseCopy;
        if (voters.Length < 3 || !(losesDisk ? MayLoseDisk(voters[0]) : cluster.Atlas.MayImpair(voters[0])))
        {
            return false;
        }

        int minority = (voters.Length - 1) / 2;
        SimulatedReplica[] behind = voters[1..(1 + minority)];
        SimulatedReplica[] ahead = voters[(1 + minority)..];
        long absence = random.Fork((ulong)fault.AtMicros).Between(ShortestAbsenceMicros, LongestAbsenceMicros);
        After(fault.DurationMicros, fault.Kind, () =>
        {
            foreach (SimulatedReplica replica in ahead)
            {
                Crash(replica, absence);
            }
        });
        After(fault.DurationMicros + OnTheWayMicros, fault.Kind, () =>
            _ = losesDisk ? LoseDisk(voters[0]) : LoseTail(fault with { DurationMicros = 0 }, voters[0]));
        return CutLinks(
            Links(behind.Select(replica => replica.Number), OthersThan(behind), LinkDirection.Both),
            fault.DurationMicros + (2 * OnTheWayMicros),
            fault.Kind);
    }

    // The one that is meant, then the others in a circle; none while the voters change.
    private SimulatedReplica[] VotersFrom(FaultEvent fault)
    {
        if (cluster.Rules.Latest is not { IsJoint: false } current)
        {
            return [];
        }

        int leader = cluster.LeaderNumber;
        SimulatedReplica[] voters =
            [.. current.Voters.Select(id => cluster.Replicas[SimulatedCluster.NumberOf(id)])];
        int meant = Array.FindIndex(voters, replica => fault.Target.Includes(replica.Number, leader));
        int first = meant < 0 ? fault.Amount % voters.Length : meant;
        return [.. voters[first..], .. voters[..first]];
    }

    private IEnumerable<int> OthersThan(SimulatedReplica[] some) =>
        cluster.Replicas.Except(some).Select(replica => replica.Number);
}
