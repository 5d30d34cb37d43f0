namespace EmbeddedConsensus.Raft;

/// <summary>Handing leadership over (dissertation, section 3.10).</summary>
internal sealed partial class RaftNode
{
    private MemberId _transferee;
    private bool _isTimeoutNowSent;
    private int _transferElapsed;

    /// <summary>Hands leadership to a member: the leader stops taking proposals, brings the member up to date and tells
    /// it to campaign. If the member does not take over within an election timeout, the leader goes on. A follower asks
    /// its leader to do so. Without a leader, or with a target that leads already, or is no voter or will soon be none,
    /// nothing happens.
    /// </summary>
    /// <param name="target">The next leader.</param>
    public void TransferLeadership(MemberId target)
    {
        if (_role == RaftRole.Leader)
        {
            BeginTransferTo(target);
        }
        else if (!_leader.IsNone)
        {
            Send(To(_leader, RaftMessageType.TransferLeadership) with { Term = 0, Context = target.Value });
        }
    }

    private void StepTransferLeadership(in RaftMessage message)
    {
        if (_role == RaftRole.Leader && _tracker.Find(message.From) is not null)
        {
            BeginTransferTo(new MemberId(message.Context));
        }
    }

    private void BeginTransferTo(MemberId target)
    {
        if (target == _options.Id || target == _transferee || !_tracker.Configuration.Voters.Contains(target))
        {
            return;
        }

        // The time that the member has begins now; another transfer under way ends. It is not counted by the clock of
        // the quorum checks: whoever asks for one transfer after the other would keep a leader that is cut off in
        // office.
        _transferElapsed = 0;
        _transferee = target;
        _isTimeoutNowSent = false;
    }

    private void TickTransferOfLeadership()
    {
        if (!_transferee.IsNone && ++_transferElapsed >= _options.ElectionTicks)
        {
            AbortTransfer();
        }
    }

    private void AbortTransfer() => _transferee = MemberId.None;

    /// <summary>Tells the member to campaign when it has the whole log; again with each heartbeat, should that get
    /// lost.</summary>
    private void SendTimeoutNow()
    {
        if (_transferee.IsNone || _isTimeoutNowSent || _tracker.Find(_transferee)?.Match != _log.LastIndex)
        {
            return;
        }

        _isTimeoutNowSent = true;
        Send(To(_transferee, RaftMessageType.TimeoutNow));
    }

    private void StepTimeoutNow()
    {
        // Without pre-vote: the leader itself said that it is time.
        if (_role == RaftRole.Follower && IsPromotable())
        {
            BecomeCandidate(ForcedCampaign);
        }
    }
}
