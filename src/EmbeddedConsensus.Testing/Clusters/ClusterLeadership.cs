using EmbeddedConsensus.Testing.Clusters;

namespace EmbeddedConsensus.Testing;

/// <summary>Which member of a test cluster leads, seen from outside.</summary>
internal static class ClusterLeadership
{
    /// <summary>The leader: of the members that believe they lead, the one of the highest term.</summary>
    public static TestClusterMember? FindLeader(IReadOnlyList<TestClusterMember> members) =>
        members.Where(static member => member.IsLeader).MaxBy(static member => member.Status.Term);

    /// <summary>Whether a member leads, and a majority of the voters follows it over links that are not cut.</summary>
    public static bool HasLeader(IReadOnlyList<TestClusterMember> members, ClusterNetwork network)
    {
        if (FindLeader(members) is not { } leader)
        {
            return false;
        }

        StoreStatus status = leader.Status;
        return members.Count(member => status.Voters.Contains(member.Id)
            && member.IsServing && member.Status is { } other
            && (other.Leader, other.Term) == (leader.Id, status.Term)
            && !network.IsCut(leader.Id, member.Id) && !network.IsCut(member.Id, leader.Id)) > status.Voters.Count / 2;
    }
}
