namespace EmbeddedConsensus.Raft;

/// <summary>Messages and terms (Raft paper, section 5.1).</summary>
internal sealed partial class RaftNode
{
    /// <summary>No cluster lives to see so many elections. A term above is damage, and whoever took it over could not go
    /// beyond the last one.</summary>
    private const ulong MaxTerm = 1UL << 63;

    /// <summary>Takes a message from another member. One that is outdated, malformed or meant for somebody else has no
    /// effect.</summary>
    /// <param name="message">The message. Its payloads are kept, not copied.</param>
    /// <exception cref="InvariantViolationException">The message shows that a promise was broken.</exception>
    public void Step(in RaftMessage message)
    {
        if (message.To != _options.Id || message.From == _options.Id || message.From.IsNone || message.Term > MaxTerm)
        {
            return;
        }

        if (TurnAway(message))
        {
            return;
        }

        if (CarriesTerm(message.Type))
        {
            if (message.Term != 0 && ObserveTerm(message))
            {
                StepInTerm(message);
            }
        }
        else
        {
            StepWithoutTerm(message);
        }
    }

    private static bool CarriesTerm(RaftMessageType type) => type is not (
        RaftMessageType.Propose or RaftMessageType.ProposeRejected or RaftMessageType.ReadIndex
        or RaftMessageType.ReadIndexResponse or RaftMessageType.TransferLeadership
        or RaftMessageType.MemberRemoved or RaftMessageType.MemberRefused);

    private static bool IsFromLeader(RaftMessageType type) => type is
        RaftMessageType.Append or RaftMessageType.Heartbeat or RaftMessageType.SnapshotChunk;

    private void StepWithoutTerm(in RaftMessage message)
    {
        switch (message.Type)
        {
            case RaftMessageType.Propose:
                StepPropose(message);
                break;
            case RaftMessageType.ProposeRejected:
                if (message.From == _leader)
                {
                    _gathering.RefusedProposals.Add(message.Context);
                }

                break;
            case RaftMessageType.ReadIndex:
                ForgetClock();
                StepReadIndex(message);
                break;
            case RaftMessageType.ReadIndexResponse:
                _forwards.Confirm(message.Context, message.Index, _gathering.ReadResults);
                break;
            case RaftMessageType.TransferLeadership:
                StepTransferLeadership(message);
                break;
        }
    }

    private void StepInTerm(in RaftMessage message)
    {
        switch (message.Type)
        {
            case RaftMessageType.Append:
                FollowLeader(message.From);
                StepAppend(message);
                break;
            case RaftMessageType.Heartbeat:
                FollowLeader(message.From);
                StepHeartbeat(message);
                break;
            case RaftMessageType.SnapshotChunk:
                FollowLeader(message.From);
                StepSnapshotChunk(message);
                break;
            case RaftMessageType.Vote or RaftMessageType.PreVote:
                StepVote(message);
                break;
            case RaftMessageType.VoteResponse or RaftMessageType.PreVoteResponse:
                StepVoteResponse(message);
                break;
            case RaftMessageType.TimeoutNow:
                StepTimeoutNow();
                break;
            default:
                StepAnswerToLeader(message);
                break;
        }
    }

    private void StepAnswerToLeader(in RaftMessage message)
    {
        if (_role != RaftRole.Leader || _tracker.FindPeer(message.From) is not { } peer)
        {
            return;
        }

        peer.IsActive = true;
        peer.HeardTick = _now + 1;
        switch (message.Type)
        {
            case RaftMessageType.AppendResponse:
                StepAppendResponse(peer, message);
                break;
            case RaftMessageType.HeartbeatResponse:
                StepHeartbeatResponse(peer, message);
                break;
            case RaftMessageType.SnapshotChunkResponse:
                StepSnapshotChunkResponse(peer, message);
                break;
        }
    }

    /// <summary>Compares terms: a higher one makes this node a follower, a message of a lower one is turned away.</summary>
    /// <returns>Whether the message is to be handled.</returns>
    private bool ObserveTerm(in RaftMessage message)
    {
        if (message.Term < _term)
        {
            AnswerLowerTerm(message);
            return false;
        }

        if (message.Term == _term)
        {
            return true;
        }

        switch (message.Type)
        {
            case RaftMessageType.Vote or RaftMessageType.PreVote when HasPromised() && !IsForcedCampaign(message):
                // Somebody that cannot hear the leader must not depose it (dissertation, section 4.2.3).
                return false;
            case RaftMessageType.PreVote:
                // Being asked changes nothing.
                return true;
            case RaftMessageType.PreVoteResponse when !message.Reject:
                // The term is the one that this node would campaign in.
                return true;
            default:
                BecomeFollower(message.Term, IsFromLeader(message.Type) ? message.From : MemberId.None);
                return true;
        }
    }

    private void AnswerLowerTerm(in RaftMessage message)
    {
        if (IsFromLeader(message.Type) && (_options.CheckQuorum || _options.PreVote))
        {
            // This node raised its term while it was cut off, and its campaigns are ignored because the leader lives.
            // Without this answer the leader would never learn of the term and the node never rejoin (etcd #8525).
            // It says so and nothing else: a leader elected in that very term must not take it for an answer to an
            // append of its own.
            Send(To(message.From, RaftMessageType.AppendResponse) with { Reject = true, Context = TermOnly });
        }
        else if (message.Type == RaftMessageType.PreVote)
        {
            // The asker's term is too low to be elected; let it catch up instead of asking for ever.
            Send(To(message.From, RaftMessageType.PreVoteResponse) with { Reject = true });
        }
    }
}
