namespace EmbeddedConsensus.Raft;

/// <summary>A member's attempt to become leader (Raft paper, section 5.2; the pre-vote: dissertation, section 9.6).
/// </summary>
internal sealed class Candidacy(
    RaftState state,
    Outbox outbox,
    AppendPipeline appends,
    ElectionClock clock,
    Ballots ballots,
    Voter voter,
    RoleTransitions roles,
    SnapshotReception reception,
    MembershipView membership,
    Founding founding)
{
    /// <summary>The mark of a campaign that the leader itself asked for: it may depose the leader.</summary>
    private const ulong Forced = 1;

    /// <summary>Whether a request for a vote is part of a campaign that the leader itself asked for.</summary>
    /// <param name="request">The request.</param>
    public static bool IsForced(in RaftMessage request) => request.Context == Forced;

    /// <summary>Lets a tick pass at a member that does not lead.</summary>
    public void Tick()
    {
        clock.TickSilence();
        if (!clock.IsTimeoutOver)
        {
            return;
        }

        if (IsPromotable())
        {
            clock.Rewind();
            Begin();
        }
        else if (state.IsInDoubt || state.Tracker.Configuration.Learners.Contains(state.Id))
        {
            AskWhetherStillMember();
        }
    }

    /// <summary>Campaigns, unless this member leads or cannot lead.</summary>
    public void Begin()
    {
        if (state.IsLeader || !IsPromotable())
        {
            return;
        }

        if (state.Options.PreVote)
        {
            AskBeforehand();
        }
        else
        {
            AskForVotes(context: 0);
        }
    }

    /// <summary>Campaigns because the leader asked for it: without a pre-vote, as the leader wants to be deposed.
    /// </summary>
    public void BeginForced()
    {
        if (state.Role == RaftRole.Follower && IsPromotable())
        {
            AskForVotes(Forced);
        }
    }

    /// <summary>Handles the answer of a voter.</summary>
    /// <param name="message">A <see cref="RaftMessageType.VoteResponse"/> or
    /// <see cref="RaftMessageType.PreVoteResponse"/> of the current term.</param>
    public void StepResponse(in RaftMessage message)
    {
        bool isExpected = message.Type == RaftMessageType.PreVoteResponse
            ? state.Role == RaftRole.PreCandidate && (message.Reject || message.Term == state.Term + 1)
            : state.Role == RaftRole.Candidate;
        if (isExpected)
        {
            Count(message.From, !message.Reject);
        }
    }

    /// <summary>Counts this node's own vote, which is durable now.</summary>
    /// <param name="term">The term of the vote.</param>
    public void OwnVoteIsDurable(ulong term)
    {
        if (term == state.Term && state.Role == RaftRole.Candidate)
        {
            Count(state.Id, isGranted: true);
        }
    }

    /// <summary>Whether this node may become leader: it votes, its log is not about to be replaced, and if it is a
    /// founder without an entry, the others have agreed to the founding (<see cref="Founding"/>). A voter that
    /// the latest configuration no longer names may still be needed to commit that configuration (dissertation, section
    /// 4.2.2): those that stay may lack the entry, and then cannot be elected.</summary>
    private bool IsPromotable() =>
        !reception.IsInstalling
        && !state.IsInDoubt
        && membership.IsTakingPart
        && (!membership.IsFresh || state.Founding.Stage == FoundingStage.Agreed || state.Tracker.IsSingleVoter)
        && (state.Tracker.IsVoter(state.Id)
            || (!membership.IsLatestCommitted && membership.BeforeLatest?.IsVoter(state.Id) == true));

    /// <summary>A member without a vote that hears from no leader may have been removed while it was away, and then no
    /// member contacts it any more. It asks as if it wanted to campaign. The answers do not count, but a member that
    /// knows of the removal reports it (<see cref="RaftMessageType.MemberRemoved"/>).</summary>
    private void AskWhetherStillMember()
    {
        roles.SetLeader(MemberId.None);
        clock.Restart();
        SendRequests(RaftMessageType.PreVote, state.Term + 1, context: 0);
    }

    private void AskBeforehand()
    {
        roles.BecomePreCandidate();
        SendRequests(RaftMessageType.PreVote, state.Term + 1, context: 0);

        // The own answer to a pre-vote promises nothing, so it waits for no disk.
        Count(state.Id, isGranted: true);
    }

    private void AskForVotes(ulong context)
    {
        founding.AgreeAlone();
        roles.BecomeCandidate();
        voter.CastVote(state.Id);
        SendRequests(RaftMessageType.Vote, state.Term, context);
        appends.HoldOwnVote(state.Term);
    }

    private void Count(MemberId from, bool isGranted)
    {
        ballots.Count(from, isGranted);
        switch (ballots.Outcome)
        {
            case VoteState.Granted when state.Role == RaftRole.PreCandidate:
                AskForVotes(context: 0);
                break;
            case VoteState.Granted:
                roles.BecomeLeader();
                break;
            case VoteState.Rejected:
                roles.BecomeFollower(state.Term, MemberId.None);
                break;
        }
    }

    private void SendRequests(RaftMessageType type, ulong term, ulong context)
    {
        LogPosition last = state.Log.LastPosition;
        foreach (Progress member in state.Tracker.Members)
        {
            if (member.IsLearner || member.Id == state.Id)
            {
                continue;
            }

            RaftMessage request = state.MessageTo(member.Id, type) with
            {
                Term = term, Index = last.Index, LogTerm = last.Term, Context = context,
            };
            if (type == RaftMessageType.PreVote)
            {
                outbox.Send(request);
            }
            else
            {
                // A vote is given to the log and the term that the request states. A crash must not lose either while
                // the votes still count.
                appends.Hold(request);
            }
        }
    }
}
