using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>How a leader changes the membership: on request, step by step towards what is planned, and out of every
/// joint configuration by itself (dissertation, sections 4.2 and 4.3).</summary>
internal sealed class ConfigurationChanges(
    RaftState state,
    MembershipView membership,
    Commitment commitment,
    LeaderReads reads,
    LeadershipTransfer transfer,
    DeterministicRandom random) : IMemberHealth
{
    private bool _isReviewDue;

    /// <summary>Whether a change could begin now, as far as earlier ones are concerned.</summary>
    public bool IsReady =>
        state.IsLeader && state.HasCommittedInTerm && !transfer.IsUnderWay
        && membership.IsLatestCommitted && !state.Tracker.Configuration.IsJoint;

    /// <summary>Decides what a change would come to, without doing it.</summary>
    /// <param name="change">The change.</param>
    public ChangeDecision Decide(ConfigurationChange change)
    {
        if (!state.IsLeader)
        {
            return ChangeDecision.Refuse(new ChangeRefusal.NotLeader(state.Id, state.Leader));
        }

        if (!state.HasCommittedInTerm || transfer.IsUnderWay)
        {
            // Without an entry of its own term a leader may not know of a change that another one has half done; two
            // such changes need not share a majority (Ongaro, raft-dev, July 2015).
            return ChangeDecision.Refuse(
                transfer.IsUnderWay
                    ? new ChangeRefusal.HandingOver(transfer.Target)
                    : new ChangeRefusal.TermNotCommitted());
        }

        if (!IsReady)
        {
            return ChangeDecision.Refuse(new ChangeRefusal.EntryUnderWay(membership.LatestIndex));
        }

        ClusterConfiguration current = state.Tracker.Configuration;
        ChangeDecision decision = new ConfigurationPlanner(current, this).Decide(change);
        return decision.Next is null || current.Voters.Contains(state.Id)
            ? decision
            : ChangeDecision.Refuse(new ChangeRefusal.LeaderHasNoVote(state.Id));
    }

    /// <summary>Begins a change, or finds that there is nothing to do.</summary>
    /// <param name="change">The change.</param>
    public ChangeDecision Begin(ConfigurationChange change)
    {
        ChangeDecision decision = Decide(change);
        if (decision.Next is { } next)
        {
            Append(Observed(next));
        }

        return decision;
    }

    bool IMemberHealth.IsHeard(MemberId member) =>
        member == state.Id || (state.Tracker.Find(member) is { } peer && state.IsHeard(peer));

    bool IMemberHealth.HoldsLog(MemberId member) =>
        member == state.Id || state.Tracker.Find(member) is { Match: > 0 };

    bool IMemberHealth.IsCaughtUp(MemberId member) =>
        member == state.Id
        || state.Tracker.Find(member) is { State: ProgressState.Replicate, CatchUp.IsCaughtUp: true };

    /// <summary>Appends the first entry of a term: what lets earlier ones be committed (Raft paper, section 5.4.2) and
    /// reads be confirmed (section 8). The very first entry of a cluster is its configuration, which names the cluster.
    /// All founders are pledged by then (<see cref="Founding"/>): an empty disk under the id of one is a lost disk from
    /// now on.</summary>
    public void AppendFirstEntry()
    {
        ClusterConfiguration current = state.Tracker.Configuration;
        if (current.ClusterId != 0)
        {
            state.Log.Append(new LogEntry(state.Log.LastIndex + 1, state.Term, LogEntryKind.NoOp, default));
            return;
        }

        Append(Observed(current with
        {
            ClusterId = FoundingState.NewClusterId(random.NextUInt64(), current),
            Members = [.. current.Members.Select(static member => member with { HasStarted = true })],
        }));
    }

    /// <summary>Does what is due before the effects of a leader are put together.</summary>
    public void Advance()
    {
        if (!membership.IsLatestCommitted || !state.HasCommittedInTerm)
        {
            return;
        }

        ClusterConfiguration current = state.Tracker.Configuration;
        if (current.IsJoint)
        {
            // A joint configuration that is committed is left, whichever leader entered it (section 4.3).
            Append(Observed(new ConfigurationPlanner(current, this).LeaveJoint()));
        }
        else if (_isReviewDue && !transfer.IsUnderWay)
        {
            _isReviewDue = false;
            Review(current);
        }
    }

    /// <summary>Lets a tick of a leader pass.</summary>
    public void Tick()
    {
        _isReviewDue = true;
        bool hasDeparted = false;
        foreach (Progress peer in state.Tracker.All)
        {
            if (peer.Departure is { } departure)
            {
                hasDeparted |= TickDeparting(peer, departure);
            }
            else if (peer.IsLearner)
            {
                peer.CatchUp.Observe(state.Now, peer.Match, state.Log.LastIndex, state.Options.ElectionTicks);
            }
        }

        if (hasDeparted)
        {
            membership.DropDeparted();
        }
    }

    private void Append(ClusterConfiguration configuration)
    {
        membership.Append(configuration);

        // A set of voters that shrank may hold what waits.
        commitment.AdvanceByQuorum();
        reads.EndConfirmedRounds();
    }

    private void Review(ClusterConfiguration current)
    {
        // Allocates nothing while nothing is planned: this runs with every tick.
        ClusterConfiguration? step = current.PlannedVoters.IsEmpty
            ? null
            : new ConfigurationPlanner(current, this).StepOfPlan();
        ClusterConfiguration next = Observed(step ?? current);
        if (next != current)
        {
            Append(next);
        }
    }

    /// <summary>A configuration with what this leader has learned of the members: that they hold the log, and which
    /// format they read. It is part of every change, and worth an entry of its own.</summary>
    private ClusterConfiguration Observed(ClusterConfiguration configuration)
    {
        ImmutableArray<ClusterMember>.Builder? changed = null;
        for (int i = 0; i < configuration.Members.Length; i++)
        {
            ClusterMember member = configuration.Members[i];
            ClusterMember observed = Observed(member);
            if (observed != member)
            {
                changed ??= configuration.Members.ToBuilder();
                changed[i] = observed;
            }
        }

        return changed is null ? configuration : configuration with { Members = changed.MoveToImmutable() };
    }

    private ClusterMember Observed(ClusterMember member)
    {
        if (state.Tracker.Find(member.Id) is not { } peer)
        {
            return member;
        }

        // The latest configuration here is committed, so a member that holds it can lose it only with its disk.
        ulong latest = membership.LatestIndex;
        bool hasStarted = member.HasStarted
            || (latest > 0 && membership.IsLatestCommitted && peer.Match >= latest);
        uint version = member.Id == state.Id ? state.Options.FormatVersion : peer.FormatVersion;
        version = version == 0 ? member.FormatVersion : version;
        return hasStarted == member.HasStarted && version == member.FormatVersion
            ? member
            : member with { HasStarted = hasStarted, FormatVersion = version };
    }

    /// <summary>Lets a tick pass for a member that leaves. It gets the log up to the entry that removes it, and the
    /// commit index with the heartbeats after that, and stops by itself. A member that is away learns of it when it
    /// comes back (<see cref="RaftMessageType.MemberRemoved"/>).</summary>
    private bool TickDeparting(Progress peer, Departure departure)
    {
        bool knows = peer.Match >= membership.LatestIndex && membership.IsLatestCommitted;
        int left = knows ? Math.Min(departure.TicksLeft, 2 * state.Options.ElectionTicks) : departure.TicksLeft;
        peer.Departure = departure with { TicksLeft = left - 1 };
        return left <= 1;
    }
}
