using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>
/// Decides what a wish for another membership comes to, given the configuration in use. A pure function: the leader
/// asks it, and asks it again when the configuration has changed, until the wish is fulfilled.
/// </summary>
/// <remarks>Whatever touches the set of voters goes through a joint configuration (dissertation, section 4.3), also
/// where a single step would do: there is one way, and it is tested. New voters are learners first (section
/// 4.2.1).</remarks>
internal sealed partial class ConfigurationPlanner(ClusterConfiguration current, IMemberHealth health)
{
    /// <summary>What a change comes to.</summary>
    /// <param name="change">The change.</param>
    public ChangeDecision Decide(ConfigurationChange change) => change.Kind switch
    {
        ConfigurationChangeKind.AddLearner => AddLearner(change.Peers[0]),
        ConfigurationChangeKind.AddVoter => AddVoter(change.Peers[0]),
        ConfigurationChangeKind.Promote => Promote(change.Member),
        ConfigurationChangeKind.Demote => Demote(change.Member),
        ConfigurationChangeKind.Remove => Remove(change.Member),
        ConfigurationChangeKind.Replace => Replace(change.Member, change.Peers[0]),
        ConfigurationChangeKind.Update => Update(change.Peers[0]),
        ConfigurationChangeKind.SetVoters => SetVoters(change.Peers),
        _ => CancelPlan(),
    };

    /// <summary>The step that fulfils what is planned, or null while it has to wait: until all voters-to-be are caught
    /// up and enough of them were heard from.</summary>
    public ClusterConfiguration? StepOfPlan()
    {
        ImmutableArray<MemberId> planned = current.PlannedVoters;
        bool isReady = !planned.IsEmpty && planned.Count(IsUsable) > planned.Length / 2
            && planned.All(id => current.Voters.Contains(id) || (health.IsCaughtUp(id) && health.IsHeard(id)));
        return isReady ? EnterJoint(planned, stays: []) : null;
    }

    /// <summary>The configuration that follows a joint one (C_new).</summary>
    public ClusterConfiguration LeaveJoint()
    {
        ClusterConfiguration next = current with
        {
            OutgoingVoters = [],
            LearnersNext = [],
            Learners = Sorted(current.Learners.Concat(current.LearnersNext)),
        };
        return next.Normalized();
    }

    private ChangeDecision AddLearner(MemberEndpoint peer)
    {
        if (current.Contains(peer.Id))
        {
            return IsSame(peer) ? ChangeDecision.Done : RefuseUsedId(peer.Id);
        }

        return RefuseNew([peer]) ?? ChangeDecision.Step(WithLearners([peer], current.PlannedVoters));
    }

    private ChangeDecision AddVoter(MemberEndpoint peer)
    {
        if (current.Voters.Contains(peer.Id))
        {
            return IsSame(peer) ? ChangeDecision.Done : RefuseUsedId(peer.Id);
        }

        if (current.Contains(peer.Id) && !IsSame(peer))
        {
            return RefuseUsedId(peer.Id);
        }

        return Plan(Sorted(current.Voters.Append(peer.Id)), [peer], current.PlannedVoters.Contains(peer.Id));
    }

    private ChangeDecision Replace(MemberId old, MemberEndpoint peer)
    {
        bool isOldThere = current.Contains(old);
        if (!isOldThere && current.Voters.Contains(peer.Id))
        {
            return IsSame(peer) ? ChangeDecision.Done : RefuseUsedId(peer.Id);
        }

        if (!isOldThere)
        {
            return RefuseUnknown(old);
        }

        if (old == peer.Id || current.Voters.Contains(peer.Id) || (current.Contains(peer.Id) && !IsSame(peer)))
        {
            return RefuseUsedId(peer.Id);
        }

        if (!current.Voters.Contains(old))
        {
            return ChangeDecision.Refuse(new ChangeRefusal.NotAVoter(old));
        }

        bool isPlanned = current.PlannedVoters.Contains(peer.Id) && !current.PlannedVoters.Contains(old);
        return Plan(Sorted(current.Voters.Remove(old).Append(peer.Id)), [peer], isPlanned);
    }

    private ChangeDecision SetVoters(ImmutableArray<MemberEndpoint> peers)
    {
        if (peers.IsEmpty)
        {
            return ChangeDecision.Refuse(new ChangeRefusal.NoVoters());
        }

        for (int i = 1; i < peers.Length; i++)
        {
            if (peers[i].Id == peers[i - 1].Id)
            {
                return RefuseUsedId(peers[i].Id);
            }
        }

        foreach (MemberEndpoint peer in peers)
        {
            if (current.Contains(peer.Id) && !IsSame(peer))
            {
                return RefuseUsedId(peer.Id);
            }
        }

        ImmutableArray<MemberId> target = [.. peers.Select(peer => peer.Id)];
        if (current.PlannedVoters.IsEmpty && target.AsSpan().SequenceEqual(current.Voters.AsSpan()))
        {
            return ChangeDecision.Done;
        }

        return Plan(target, peers, target.AsSpan().SequenceEqual(current.PlannedVoters.AsSpan()));
    }

    private ChangeDecision Promote(MemberId member)
    {
        if (current.Voters.Contains(member))
        {
            return ChangeDecision.Done;
        }

        if (!current.Contains(member))
        {
            return RefuseUnknown(member);
        }

        if (RefusePlanned() is { } refusal)
        {
            return current.PlannedVoters.Contains(member) ? ChangeDecision.Planned : refusal;
        }

        if (!health.IsHeard(member) || !health.IsCaughtUp(member))
        {
            return ChangeDecision.Refuse(
                health.IsHeard(member)
                    ? new ChangeRefusal.LearnerLags(member)
                    : new ChangeRefusal.LearnerNotHeard(member));
        }

        ImmutableArray<MemberId> target = Sorted(current.Voters.Append(member));
        return RefuseVoters(target) ?? ChangeDecision.Step(EnterJoint(target, stays: []));
    }

    private ChangeDecision Demote(MemberId member)
    {
        if (!current.Voters.Contains(member))
        {
            return current.Contains(member) ? ChangeDecision.Done : RefuseUnknown(member);
        }

        return Drop(member, stays: [member]);
    }

    private ChangeDecision Remove(MemberId member)
    {
        if (!current.Contains(member))
        {
            return current.WasUsed(member) ? ChangeDecision.Done : RefuseUnknown(member);
        }

        if (current.Voters.Contains(member))
        {
            return Drop(member, stays: []);
        }

        return current.PlannedVoters.Contains(member)
            ? RefusePlanned()!.Value
            : ChangeDecision.Step((current with { Learners = current.Learners.Remove(member) }).Normalized());
    }

    private ChangeDecision Update(MemberEndpoint peer)
    {
        if (!current.Contains(peer.Id))
        {
            return RefuseUnknown(peer.Id);
        }

        if (IsSame(peer))
        {
            return ChangeDecision.Done;
        }

        return RefuseAddress(peer) ?? ChangeDecision.Step(current with
        {
            Members = [.. current.Members.Select(
                member => member.Id == peer.Id ? member with { Address = peer.Address } : member)],
        });
    }

    private ChangeDecision CancelPlan() => current.PlannedVoters.IsEmpty
        ? ChangeDecision.Done
        : ChangeDecision.Step(current with { PlannedVoters = [] });

    /// <summary>A voter goes, at once.</summary>
    private ChangeDecision Drop(MemberId member, ImmutableArray<MemberId> stays)
    {
        if (current.Voters.Length == 1)
        {
            return ChangeDecision.Refuse(new ChangeRefusal.OnlyVoter(member));
        }

        ImmutableArray<MemberId> target = current.Voters.Remove(member);
        return RefusePlanned() ?? RefuseVoters(target) ?? ChangeDecision.Step(EnterJoint(target, stays));
    }

    /// <summary>A set of voters that is moved to when all in it are caught up; at once, when they are.</summary>
    private ChangeDecision Plan(ImmutableArray<MemberId> target, ImmutableArray<MemberEndpoint> peers, bool isPlanned)
    {
        if (isPlanned)
        {
            return ChangeDecision.Planned;
        }

        if (RefusePlanned() is { } refusal)
        {
            return refusal;
        }

        ImmutableArray<MemberEndpoint> added = [.. peers.Where(peer => !current.Contains(peer.Id))];
        if (RefuseNew(added) is { } refusalOfNew)
        {
            return refusalOfNew;
        }

        if (target.Length > ClusterConfigurationCodec.MaxVoters)
        {
            return ChangeDecision.Refuse(new ChangeRefusal.TooManyVoters(target.Length));
        }

        // Those that already vote must be up; whether new ones come up is seen while the plan waits.
        bool isAtOnce = target.All(current.Voters.Contains);
        if (isAtOnce && RefuseVoters(target) is { } refusalOfVoters)
        {
            return refusalOfVoters;
        }

        return ChangeDecision.Step(isAtOnce ? EnterJoint(target, stays: []) : WithLearners(added, target));
    }

    /// <summary>The joint configuration on the way to other voters (C_old,new).</summary>
    private ClusterConfiguration EnterJoint(ImmutableArray<MemberId> target, ImmutableArray<MemberId> stays) =>
        current with
        {
            Voters = target,
            OutgoingVoters = current.Voters,
            Learners = current.Learners.RemoveRange(target),
            LearnersNext = stays,
            PlannedVoters = [],
        };

    private ClusterConfiguration WithLearners(ImmutableArray<MemberEndpoint> added, ImmutableArray<MemberId> planned) =>
        current.WithUsed(added.Select(peer => peer.Id)) with
        {
            Learners = Sorted(current.Learners.Concat(added.Select(peer => peer.Id))),
            PlannedVoters = planned,
            Members =
            [
                .. current.Members.Concat(added.Select(peer => new ClusterMember(peer.Id, peer.Address)))
                    .OrderBy(member => member.Id),
            ],
        };

    private bool IsSame(MemberEndpoint peer) => current.Find(peer.Id)?.Address == peer.Address;

    private static ImmutableArray<MemberId> Sorted(IEnumerable<MemberId> ids) => [.. ids.Distinct().Order()];

    /// <summary>Whether a voter would take part in decisions, as far as is known.</summary>
    private bool IsUsable(MemberId voter) => health.IsHeard(voter) && health.HoldsLog(voter);
}
