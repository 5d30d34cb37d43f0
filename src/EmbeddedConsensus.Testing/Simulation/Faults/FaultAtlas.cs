using System.Collections.Immutable;

namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>
/// Where data at rest may be damaged. Damage on a majority of the disks is beyond what any cluster survives, so it is
/// kept to a minority: what is left must be enough (TigerBeetle calls this map the fault atlas).
/// </summary>
internal sealed class FaultAtlas(SimulatedCluster cluster)
{
    /// <summary>Whether the disk of a replica may be damaged now, or the others may lose its address. During a
    /// membership change it is unknown which majorities will count.</summary>
    public bool MayImpair(SimulatedReplica replica)
    {
        if (replica.IsLost || replica.HasLeft || cluster.Operator.IsBusy || cluster.Rules.Latest is null)
        {
            return false;
        }

        return cluster.VoterSets().All(set => !set.Contains(replica.Id) || HasMajorityWithout(set, replica));
    }

    /// <summary>Whether a member can be counted on after everything that heals is healed. A founder without entries
    /// votes for no candidate with a log: it cannot know that it has not lost its disk.</summary>
    public bool IsSound(MemberId member) =>
        !cluster.Replicas[SimulatedCluster.NumberOf(member)].IsImpaired
        && cluster.Rules.Latest?.Find(member) is { HasStarted: true };

    private bool HasMajorityWithout(ImmutableArray<MemberId> voters, SimulatedReplica replica)
    {
        int sound = voters.Count(id => id != replica.Id && IsSound(id));
        return sound * 2 > voters.Length;
    }
}
