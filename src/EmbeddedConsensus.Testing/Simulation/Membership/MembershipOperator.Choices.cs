using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation.Membership;

/// <summary>Chooses the concrete change when a schedule names a kind.</summary>
internal sealed partial class MembershipOperator
{
    private const int MaxVoters = 7;

    private ConfigurationChange? ChangeOf(FaultEvent fault, ClusterConfiguration current)
    {
        switch (fault.Kind)
        {
            case FaultKind.AddLearner:
                return Recruit() is { } learner ? ConfigurationChange.AddLearner(learner) : null;
            case FaultKind.AddVoter:
                return current.Voters.Length < MaxVoters && Recruit() is { } voter
                    ? ConfigurationChange.AddVoter(voter)
                    : null;
            case FaultKind.PromoteMember:
                return Choose(fault, current.Learners) is { } promoted
                    ? ConfigurationChange.Promote(promoted)
                    : null;
            case FaultKind.DemoteMember:
                return Choose(fault, current.Voters) is { } demoted ? ConfigurationChange.Demote(demoted) : null;
            case FaultKind.RemoveMember:
                return Choose(fault, [.. current.Voters, .. current.Learners]) is { } removed
                    ? ConfigurationChange.Remove(removed)
                    : null;
            case FaultKind.ReplaceMember:
                return Choose(fault, current.Voters) is { } old && Recruit() is { } replacement
                    ? ConfigurationChange.Replace(old, replacement)
                    : null;
            case FaultKind.MoveMember:
                return Move(fault, current);
            case FaultKind.SetVoters:
                return SetVoters(fault.Amount, current);
            default:
                return ConfigurationChange.CancelPlan();
        }
    }

    // The target if it is suitable, otherwise another member.
    private MemberId? Choose(FaultEvent fault, ImmutableArray<MemberId> members)
    {
        int leader = cluster.LeaderNumber;
        ImmutableArray<MemberId> meant =
            [.. members.Where(id => fault.Target.Includes(SimulatedCluster.NumberOf(id), leader))];
        ImmutableArray<MemberId> choice = meant.IsEmpty ? members : meant;
        return choice.IsEmpty ? null : choice[fault.Amount % choice.Length];
    }

    // The member is at its new address at once; the others learn of it through the change.
    private ConfigurationChange? Move(FaultEvent fault, ClusterConfiguration current)
    {
        if (Choose(fault, [.. current.Voters, .. current.Learners]) is not { } moved)
        {
            return null;
        }

        SimulatedReplica replica = cluster.Replicas[SimulatedCluster.NumberOf(moved)];
        if (!cluster.Atlas.MayImpair(replica))
        {
            return null;
        }

        replica.MoveAway();
        return ConfigurationChange.Update(replica.Peer);
    }

    // From any set to any other: some existing members and some new ones; one, three or five.
    private ConfigurationChange? SetVoters(int amount, ClusterConfiguration current)
    {
        SimulationRandom choice = random.Fork((ulong)amount);
        int size = 1 + (2 * choice.Below(3));
        List<MemberId> old = [.. current.Voters, .. current.Learners];
        List<MemberEndpoint> voters = [];
        int kept = Math.Min(old.Count, choice.Below(size + 1));
        for (int i = 0; i < kept; i++)
        {
            int at = choice.Below(old.Count);
            voters.Add(new MemberEndpoint(old[at], current.Find(old[at])!.Address));
            old.RemoveAt(at);
        }

        while (voters.Count < size)
        {
            if (Recruit() is not { } fresh)
            {
                return null;
            }

            voters.Add(fresh);
        }

        return ConfigurationChange.SetVoters(voters);
    }
}
