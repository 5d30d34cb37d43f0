using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>How a leader changes the membership: by request, step by step towards what is planned, and out of every
/// joint configuration by itself (dissertation, sections 4.2 and 4.3).</summary>
internal sealed partial class RaftNode : IMemberHealth
{
    private bool _hasCommittedInTerm;
    private bool _isReviewDue;

    /// <summary>Whether a change could be taken up now, as far as earlier ones are concerned: this node leads, has
    /// committed an entry of its term, hands over to nobody, and the configuration is committed and not
    /// joint.</summary>
    public bool IsReadyForChange =>
        _role == RaftRole.Leader && _hasCommittedInTerm && _transferee.IsNone
        && _history.LatestIndex <= _log.Commit && !_tracker.Configuration.IsJoint;

    /// <summary>What a change would come to. Nothing happens.</summary>
    /// <param name="change">The change.</param>
    public ChangeDecision Decide(ConfigurationChange change)
    {
        if (_role != RaftRole.Leader)
        {
            return ChangeDecision.Refuse(
                MembershipRefusal.NotLeader,
                _leader.IsNone
                    ? $"Member {_options.Id} does not lead, and knows of no leader. Try again when there is one."
                    : $"Member {_options.Id} does not lead; member {_leader} does.");
        }

        if (!_hasCommittedInTerm || !_transferee.IsNone)
        {
            // Without an entry of its own term a leader may not know of a change that another one has half done; two
            // such changes need not share a majority (Ongaro, raft-dev, July 2015).
            return ChangeDecision.Refuse(
                MembershipRefusal.NotReady,
                _transferee.IsNone
                    ? "The leader has not committed an entry of its term yet. Try again soon."
                    : $"Leadership is being handed over to member {_transferee}. Try again soon.");
        }

        if (!IsReadyForChange)
        {
            return ChangeDecision.Refuse(
                MembershipRefusal.ChangeInProgress,
                $"The change of entry {_history.LatestIndex} is under way. Wait until it is done.");
        }

        ChangeDecision decision = new ConfigurationPlanner(_tracker.Configuration, this).Decide(change);
        return decision.Next is null || _tracker.Configuration.Voters.Contains(_options.Id)
            ? decision
            : ChangeDecision.Refuse(
                MembershipRefusal.NotReady,
                $"The leader, member {_options.Id}, has lost its vote and is about to hand over. Try again soon.");
    }

    /// <summary>Begins a change, or finds that there is nothing to do. What it begins goes on by itself, also under
    /// another leader; ask again to find out what became of it.</summary>
    /// <param name="change">The change.</param>
    public ChangeDecision Change(ConfigurationChange change)
    {
        ChangeDecision decision = Decide(change);
        if (decision.Next is { } next)
        {
            AppendConfiguration(Observed(next));
        }

        return decision;
    }

    bool IMemberHealth.IsHeard(MemberId member) =>
        member == _options.Id
        || (_tracker.Find(member) is { HeardTick: > 0 } peer
            && _now + 1 - peer.HeardTick <= (ulong)_options.ElectionTicks);

    bool IMemberHealth.HoldsLog(MemberId member) => member == _options.Id || _tracker.Find(member) is { Match: > 0 };

    bool IMemberHealth.IsCaughtUp(MemberId member) =>
        member == _options.Id || _tracker.Find(member) is { State: ProgressState.Replicate, CatchUp.IsCaughtUp: true };

    /// <summary>Does what is due about the membership before the effects of a leader are put together.</summary>
    private void AdvanceMembership()
    {
        if (_history.LatestIndex > _log.Commit || !_hasCommittedInTerm)
        {
            return;
        }

        ClusterConfiguration current = _tracker.Configuration;
        if (current.IsJoint)
        {
            // Whoever leads, and whoever began it: a joint configuration that is committed is left (section 4.3).
            AppendConfiguration(Observed(new ConfigurationPlanner(current, this).LeaveJoint()));
        }
        else if (_isReviewDue && _transferee.IsNone)
        {
            _isReviewDue = false;
            Review(current);
        }
    }

    private void Review(ClusterConfiguration current)
    {
        // Nothing is made here while nothing is planned: this runs with every tick.
        ClusterConfiguration? step = current.PlannedVoters.IsEmpty
            ? null
            : new ConfigurationPlanner(current, this).StepOfPlan();
        ClusterConfiguration next = Observed(step ?? current);
        if (next != current)
        {
            AppendConfiguration(next);
        }
    }

    /// <summary>A configuration with what this leader has learned of the members: that they hold the log, and which
    /// format they read. It rides on every change, and is worth an entry of its own.</summary>
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
        if (_tracker.Find(member.Id) is not { } peer)
        {
            return member;
        }

        // The latest configuration here is committed, so nobody who holds it will lose it again but with its disk.
        bool hasStarted = member.HasStarted
            || (_history.LatestIndex > 0 && _history.LatestIndex <= _log.Commit && peer.Match >= _history.LatestIndex);
        uint version = member.Id == _options.Id ? _options.FormatVersion : peer.FormatVersion;
        version = version == 0 ? member.FormatVersion : version;
        return hasStarted == member.HasStarted && version == member.FormatVersion
            ? member
            : member with { HasStarted = hasStarted, FormatVersion = version };
    }

    /// <summary>The first entry of a term: what lets earlier ones be committed (Raft paper, section 5.4.2) and reads be
    /// confirmed (section 8). The very first one of a cluster is its configuration, and gives it its id.</summary>
    private void AppendFirstEntry()
    {
        ClusterConfiguration current = _history.Latest;
        if (current.ClusterId != 0)
        {
            _log.Append(new LogEntry(_log.LastIndex + 1, _term, LogEntryKind.NoOp, default));
            return;
        }

        AppendConfiguration(Observed(current with { ClusterId = Math.Max(1, _random.NextUInt64()) }));
    }

    private void TickMembership()
    {
        _isReviewDue = true;
        bool hasDeparted = false;
        foreach (Progress peer in _tracker.All)
        {
            if (peer.DepartingAs is not null)
            {
                hasDeparted |= TickDeparting(peer);
            }
            else if (peer.IsLearner)
            {
                peer.CatchUp.Observe(_now, peer.Match, _log.LastIndex, _options.ElectionTicks);
            }
        }

        if (hasDeparted)
        {
            _tracker.DropDeparted();
            CollectPeers();
        }
    }

    /// <summary>A member that leaves is told that it does: it gets the log up to the entry that removes it, and the
    /// commit index with the heartbeats behind that. It stops by itself. A member that is not there is told when it
    /// comes back (<see cref="RaftMessageType.MemberRemoved"/>).</summary>
    private bool TickDeparting(Progress peer)
    {
        bool knows = peer.Match >= _history.LatestIndex && _log.Commit >= _history.LatestIndex;
        if (knows)
        {
            peer.DepartureTicks = Math.Min(peer.DepartureTicks, 2 * _options.ElectionTicks);
        }

        return --peer.DepartureTicks <= 0;
    }

    /// <summary>A leader without a vote goes when the configuration that took it is committed (section 4.2.2). It hands
    /// over to the voter that has most of the log, which is one that has that configuration.</summary>
    private void ResignWithoutVote()
    {
        ClusterConfiguration current = _tracker.Configuration;
        if (current.Voters.Contains(_options.Id) || current.IsJoint || _history.LatestIndex > _log.Commit)
        {
            return;
        }

        Progress? best = null;
        foreach (Progress peer in _tracker.Members)
        {
            if (!peer.IsLearner && (best is null || peer.Match > best.Match))
            {
                best = peer;
            }
        }

        Send(To(best!.Id, RaftMessageType.TimeoutNow));
        BecomeFollower(_term, MemberId.None);
        UpdateMembership();
    }
}
