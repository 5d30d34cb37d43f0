namespace EmbeddedConsensus.Raft;

/// <summary>How a member votes (Raft paper, sections 5.2 and 5.4.1).</summary>
internal sealed class Voter(
    RaftState state, Outbox outbox, AppendPipeline appends, ElectionClock clock, MembershipView membership,
    Founding founding)
{
    /// <summary>Handles a request for a vote.</summary>
    /// <param name="message">A <see cref="RaftMessageType.Vote"/> or <see cref="RaftMessageType.PreVote"/> of the
    /// current term; a pre-vote may be of a later one.</param>
    public void StepRequest(in RaftMessage message)
    {
        bool isPreVote = message.Type == RaftMessageType.PreVote;
        RaftMessageType answer = isPreVote ? RaftMessageType.PreVoteResponse : RaftMessageType.VoteResponse;
        LogPosition last = new(message.Index, message.LogTerm);
        if (state.IsInDoubt || !IsFree(message) || membership.IsUndecided || !state.Log.IsUpToDate(last))
        {
            outbox.Send(state.MessageTo(message.From, answer) with { Reject = true });
            return;
        }

        if (message.Index == 0)
        {
            founding.HearOfAgreement();
        }

        if (isPreVote)
        {
            outbox.Send(state.MessageTo(message.From, answer) with { Term = message.Term });
            return;
        }

        clock.Rewind();
        CastVote(message.From);
        appends.Hold(state.MessageTo(message.From, answer));
    }

    /// <summary>Votes in the current term. The vote becomes durable with the next append.</summary>
    /// <param name="candidate">The candidate: another member, or this one.</param>
    public void CastVote(MemberId candidate) => state.Vote = candidate;

    private bool IsFree(in RaftMessage message)
    {
        bool isPreVote = message.Type == RaftMessageType.PreVote;

        // The term may have come before the request, in a message that asks for no vote: a promise holds in it all the
        // same.
        return state.Vote == message.From
            || (state.Vote.IsNone && state.Leader.IsNone
                && (isPreVote || !clock.HasPromised || Candidacy.IsForced(message)))
            || (isPreVote && message.Term > state.Term);
    }
}
