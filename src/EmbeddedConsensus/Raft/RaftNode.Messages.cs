namespace EmbeddedConsensus.Raft;

/// <summary>Messages and terms (Raft paper, section 5.1): which messages are handled, and by which part.</summary>
internal sealed partial class RaftNode
{
    /// <summary>No cluster lives to see so many elections. A term above is damage, and a member that took it over could
    /// not go beyond the last one.</summary>
    private const ulong MaxTerm = 1UL << 63;

    /// <summary>Handles a message from another member. One that is outdated, malformed or meant for another member has
    /// no effect.</summary>
    /// <param name="message">The message. Its payloads are kept, not copied.</param>
    /// <exception cref="InvariantViolationException">The message shows that a promise was broken.</exception>
    public void Step(in RaftMessage message)
    {
        if (message.To != _state.Id || message.From == _state.Id || message.From.IsNone || message.Term > MaxTerm)
        {
            return;
        }

        if (_notices.TurnAway(message) || _notices.TurnAwayOthersCluster(message))
        {
            return;
        }

        if (!message.Type.CarriesTerm())
        {
            StepWithoutTerm(message);
        }
        else if (message.Term != 0 && ObserveTerm(message))
        {
            StepInTerm(message);
        }
    }

    private void StepWithoutTerm(in RaftMessage message)
    {
        switch (message.Type)
        {
            case RaftMessageType.Propose:
                _proposals.StepPropose(message);
                break;
            case RaftMessageType.ProposeRejected:
                _proposals.StepRejected(message);
                break;
            case RaftMessageType.ReadIndex:
                ForgetClock();
                _leading.StepDoubt(message);
                _leaderReads.StepRequest(message);
                break;
            case RaftMessageType.ReadIndexResponse:
                if (!_doubt.TryStepResponse(message))
                {
                    _forwardedReads.StepResponse(message);
                }

                break;
            case RaftMessageType.TransferLeadership:
                _transfer.StepRequest(message);
                break;
        }
    }

    private void StepInTerm(in RaftMessage message)
    {
        switch (message.Type)
        {
            case RaftMessageType.Append:
                FollowLeader(message.From);
                _following.StepAppend(message);
                break;
            case RaftMessageType.Heartbeat:
                FollowLeader(message.From);
                _following.StepHeartbeat(message);
                break;
            case RaftMessageType.SnapshotChunk:
                FollowLeader(message.From);
                _reception.StepChunk(message);
                break;
            case RaftMessageType.Vote or RaftMessageType.PreVote:
                _voter.StepRequest(message);
                break;
            case RaftMessageType.VoteResponse or RaftMessageType.PreVoteResponse:
                _candidacy.StepResponse(message);
                break;
            case RaftMessageType.TimeoutNow:
                _candidacy.BeginForced();
                break;
            default:
                StepAnswerToLeader(message);
                break;
        }
    }

    private void FollowLeader(MemberId leader)
    {
        _roles.FollowLeader(leader);
        _founding.HearOfAgreement();
        _notices.LeaderHeard();
    }

    private void StepAnswerToLeader(in RaftMessage message)
    {
        if (!_state.IsLeader || _state.Tracker.FindPeer(message.From) is not { } peer)
        {
            return;
        }

        peer.IsActive = true;
        peer.HeardTick = _state.Now + 1;
        switch (message.Type)
        {
            case RaftMessageType.AppendResponse:
                _leading.StepAppendResponse(peer, message);
                break;
            case RaftMessageType.HeartbeatResponse:
                peer.HeartbeatAnswered();
                _leaderReads.StepHeartbeatResponse(peer, message);
                break;
            case RaftMessageType.SnapshotChunkResponse:
                _transmission.StepResponse(peer, message);
                break;
        }
    }

    /// <summary>Compares terms: a higher one makes this node a follower, a message of a lower one is dropped.
    /// </summary>
    /// <returns>Whether the message is to be handled.</returns>
    private bool ObserveTerm(in RaftMessage message)
    {
        if (message.Term < _state.Term)
        {
            AnswerLowerTerm(message);
            return false;
        }

        if (message.Term == _state.Term)
        {
            return true;
        }

        switch (message.Type)
        {
            case RaftMessageType.Vote or RaftMessageType.PreVote
                when _clock.HasPromised && !Candidacy.IsForced(message):
                // A member that cannot hear the leader must not depose it (dissertation, section 4.2.3).
                return false;
            case RaftMessageType.PreVote:
                // Being asked changes nothing.
                return true;
            case RaftMessageType.PreVoteResponse when !message.Reject:
                // The term is the one that this node would campaign in.
                return true;
            default:
                _roles.BecomeFollower(message.Term, message.Type.IsFromLeader() ? message.From : MemberId.None);
                return true;
        }
    }

    private void AnswerLowerTerm(in RaftMessage message)
    {
        if (message.Type.IsFromLeader() && (_state.Options.CheckQuorum || _state.Options.PreVote))
        {
            // This node raised its term while it was cut off, and its campaigns are ignored because the leader lives.
            // Without this answer the leader would never learn of the term and the node never rejoin (etcd #8525). It
            // reports the term and nothing else: a leader elected in that very term must not take it for an answer to
            // an append of its own.
            _outbox.Send(_state.MessageTo(message.From, RaftMessageType.AppendResponse) with
            {
                Reject = true, Context = RejectionContext.TermOnly,
            });
        }
        else if (message.Type == RaftMessageType.PreVote)
        {
            // The sender's term is too low to be elected; this lets it catch up instead of asking forever.
            _outbox.Send(_state.MessageTo(message.From, RaftMessageType.PreVoteResponse) with { Reject = true });
        }
    }
}
