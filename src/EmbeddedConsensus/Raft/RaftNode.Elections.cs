namespace EmbeddedConsensus.Raft;

/// <summary>Time and elections (Raft paper, sections 5.2 and 5.4.1; dissertation, sections 4.2.3, 6.2 and
/// 9.6).</summary>
internal sealed partial class RaftNode
{
    /// <summary>The mark of a campaign that the leader itself asked for: it may depose the leader.</summary>
    private const ulong ForcedCampaign = 1;

    private int _electionElapsed;
    private int _electionTimeout;
    private int _heartbeatElapsed;
    private ulong _now;
    private bool _isOwnVoteDurable;

    /// <summary>Lets one tick pass.</summary>
    public void Tick()
    {
        _now++;
        if (_role == RaftRole.Leader)
        {
            TickLeader();
            return;
        }

        SendReadsAgain();
        TickSilence();
        if (_electionElapsed < _electionTimeout)
        {
            return;
        }

        if (IsPromotable())
        {
            _electionElapsed = 0;
            Campaign();
        }
        else if (_tracker.Configuration.Learners.Contains(_options.Id))
        {
            AskWhetherStillMember();
        }
    }

    /// <summary>A learner that hears from no leader may have been removed while it was away: then nobody calls it any
    /// more. It asks as if it wanted to campaign; the answers count for nothing, but a member that knows better tells
    /// it so (<see cref="RaftMessageType.MemberRemoved"/>).</summary>
    private void AskWhetherStillMember()
    {
        SetLeader(MemberId.None);
        ResetElectionTimer();
        AskForVotes(RaftMessageType.PreVote, _term + 1, context: 0);
    }

    /// <summary>Campaigns at once, as if no leader had been heard from: a driver calls it only where no leader can hold
    /// a lease that this member supports. A leader, or a member without a vote, does nothing.</summary>
    public void Campaign()
    {
        if (_role == RaftRole.Leader || !IsPromotable())
        {
            return;
        }

        if (_options.PreVote)
        {
            BecomePreCandidate();
        }
        else
        {
            BecomeCandidate(context: 0);
        }
    }

    private void TickLeader()
    {
        _heartbeatElapsed++;
        _electionElapsed++;
        if (_electionElapsed >= _options.ElectionTicks)
        {
            _electionElapsed = 0;
            if (_options.CheckQuorum && !CheckQuorum())
            {
                return;
            }
        }

        TickTransferOfLeadership();
        TickMembership();
        if (_heartbeatElapsed >= _options.HeartbeatTicks)
        {
            _heartbeatElapsed = 0;
            TickHeartbeat();
        }
    }

    private bool CheckQuorum()
    {
        if (_tracker.Find(_options.Id) is { } self)
        {
            self.IsActive = true;
        }

        if (!_tracker.IsQuorumActive())
        {
            BecomeFollower(_term, MemberId.None);
            return false;
        }

        foreach (Progress peer in _tracker.All)
        {
            peer.IsActive = false;
        }

        return true;
    }

    /// <summary>Whether this node may become leader: it votes, and its log is not about to be replaced. A voter that
    /// the latest configuration no longer names may still be needed to commit that configuration (dissertation, section
    /// 4.2.2): those who stay may lack the entry, and then cannot be elected.</summary>
    private bool IsPromotable() =>
        !IsInstallingSnapshot
        && Membership is MembershipState.Member or MembershipState.Joining
        && (_tracker.IsVoter(_options.Id)
            || (_history.LatestIndex > _log.Commit && _history.BeforeLatest?.IsVoter(_options.Id) == true));

    private static bool IsForcedCampaign(in RaftMessage message) => message.Context == ForcedCampaign;

    private void BecomePreCandidate()
    {
        _role = RaftRole.PreCandidate;
        ResetElectionTimer();
        SetLeader(MemberId.None);
        ClearVotes();
        AskForVotes(RaftMessageType.PreVote, _term + 1, context: 0);

        // A promise to oneself about the future binds nobody, so it waits for no disk.
        RecordVote(_options.Id, isGranted: true);
    }

    private void BecomeCandidate(ulong context)
    {
        ResetTerm(_term + 1);
        _role = RaftRole.Candidate;
        _vote = _options.Id;
        RememberFoundingVote();
        AskForVotes(RaftMessageType.Vote, _term, context);
        _appends.HoldOwnVote(_term);
    }

    private void BecomeFollower(ulong term, MemberId leader)
    {
        ResetTerm(term);
        _role = RaftRole.Follower;
        SetLeader(leader);
    }

    private void BecomeLeader()
    {
        ResetTerm(_term);
        _role = RaftRole.Leader;
        SetLeader(_options.Id);
        AbortIncomingSnapshot();

        // The leader that it was promised to is gone, or has told this node to campaign.
        _ticksSinceLeader = _options.ElectionTicks;
        foreach (Progress peer in _tracker.Members)
        {
            bool isSelf = peer.Id == _options.Id;
            peer.Reset(_log.LastIndex + 1, isSelf ? _log.Stable : 0);
            if (isSelf)
            {
                peer.BecomeReplicate();
            }
        }

        TakeUpDeparting();
        AppendFirstEntry();
    }

    /// <summary>Whoever left with the latest configuration may not have heard of it from the leader before.</summary>
    private void TakeUpDeparting()
    {
        if (_history.BeforeLatest is { } before)
        {
            _tracker.AddDeparting(
                before.Members.Where(member => !_tracker.Configuration.Contains(member.Id) && member.Id != _options.Id),
                _log.LastIndex);
            CollectPeers();
        }
    }

    /// <summary>Begins a term, or the same one in another role.</summary>
    private void ResetTerm(ulong term)
    {
        if (term < _term)
        {
            throw new InvariantViolationException($"The term would fall from {_term} to {term}.");
        }

        if (term > _term)
        {
            _term = term;
            _vote = MemberId.None;
        }

        SetLeader(MemberId.None);
        ResetElectionTimer();
        _heartbeatElapsed = 0;
        _hasCommittedInTerm = false;
        if (_tracker.ForgetDeparting())
        {
            CollectPeers();
        }

        AbortTransfer();
        ClearVotes();
        ForgetUnapplied();
        _rounds.FailAll(_gathering.ReadResults);
        _lease.Reset();
    }

    private void ResetElectionTimer()
    {
        _electionElapsed = 0;
        _electionTimeout = _options.ElectionTicks + _random.NextInt32(_options.ElectionTicks);
    }

    private void SetLeader(MemberId leader)
    {
        if (_leader == leader)
        {
            return;
        }

        _leader = leader;
        _forwards.FailAll(_gathering.ReadResults);
    }

    private void ClearVotes()
    {
        foreach (Progress member in _tracker.Members)
        {
            member.Vote = VoteState.Pending;
        }

        _isOwnVoteDurable = false;
    }

    private void AskForVotes(RaftMessageType type, ulong term, ulong context)
    {
        LogPosition last = _log.LastPosition;
        foreach (Progress member in _tracker.Members)
        {
            if (member.IsLearner || member.Id == _options.Id)
            {
                continue;
            }

            RaftMessage question = To(member.Id, type) with
            {
                Term = term, Index = last.Index, LogTerm = last.Term, Context = context,
            };
            if (type == RaftMessageType.PreVote)
            {
                Send(question);
            }
            else
            {
                // Votes are given to the log and the term that the question tells of. A crash must not lose either
                // while the votes still count.
                _appends.Hold(question);
            }
        }
    }

    private void StepVote(in RaftMessage message)
    {
        bool isPreVote = message.Type == RaftMessageType.PreVote;

        // The term may have come before the question, by a message that asks for no vote: a promise holds in it all the
        // same.
        bool isFree = _vote == message.From
            || (_vote.IsNone && _leader.IsNone && (isPreVote || !HasPromised() || IsForcedCampaign(message)))
            || (isPreVote && message.Term > _term);
        RaftMessageType answer = isPreVote ? RaftMessageType.PreVoteResponse : RaftMessageType.VoteResponse;
        if (!isFree || IsUnsafeToElect(message) || !_log.IsUpToDate(new LogPosition(message.Index, message.LogTerm)))
        {
            Send(To(message.From, answer) with { Reject = true });
            return;
        }

        if (isPreVote)
        {
            Send(To(message.From, answer) with { Term = message.Term });
            return;
        }

        _electionElapsed = 0;
        _vote = message.From;
        RememberFoundingVote();
        _appends.Hold(To(message.From, answer));
    }

    private void StepVoteResponse(in RaftMessage message)
    {
        bool isExpected = message.Type == RaftMessageType.PreVoteResponse
            ? _role == RaftRole.PreCandidate && (message.Reject || message.Term == _term + 1)
            : _role == RaftRole.Candidate;
        if (isExpected)
        {
            RecordVote(message.From, !message.Reject);
        }
    }

    private void RecordVote(MemberId from, bool isGranted)
    {
        // The first answer counts; a duplicate changes nothing.
        if (_tracker.Find(from) is { Vote: VoteState.Pending } member)
        {
            member.Vote = isGranted ? VoteState.Granted : VoteState.Rejected;
        }

        _isOwnVoteDurable |= from == _options.Id && _role == RaftRole.Candidate;

        switch (_tracker.TallyVotes())
        {
            case VoteState.Granted when _role == RaftRole.PreCandidate:
                BecomeCandidate(context: 0);
                break;
            case VoteState.Granted when _isOwnVoteDurable:
                BecomeLeader();
                break;
            case VoteState.Granted:
                // The others suffice for a majority, but this node does not yet remember that it campaigned: after a
                // crash it could campaign, win and lead in the same term again, with other entries.
                break;
            case VoteState.Rejected:
                BecomeFollower(_term, MemberId.None);
                break;
        }
    }
}
