namespace EmbeddedConsensus.Raft;

/// <summary>How a member votes (Raft paper, sections 5.2 and 5.4.1).</summary>
internal sealed class Voter(
    RaftState state, Outbox outbox, AppendPipeline appends, ElectionClock clock, MembershipView membership)
{
    /// <summary>Handles a request for a vote.</summary>
    /// <param name="message">A <see cref="RaftMessageType.Vote"/> or <see cref="RaftMessageType.PreVote"/> of the
    /// current term; a pre-vote may be of a later one.</param>
    public void StepRequest(in RaftMessage message)
    {
        bool isPreVote = message.Type == RaftMessageType.PreVote;
        RaftMessageType answer = isPreVote ? RaftMessageType.PreVoteResponse : RaftMessageType.VoteResponse;
        LogPosition last = new(message.Index, message.LogTerm);
        if (state.IsInDoubt || !IsFree(message) || IsUnsafeToElect(message) || !state.Log.IsUpToDate(last))
        {
            outbox.Send(state.MessageTo(message.From, answer) with { Reject = true });
            return;
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

    /// <summary>Votes in the current term. The vote becomes durable with the next append, and with it, while this
    /// member is fresh, the note that it was given then.</summary>
    /// <param name="candidate">The candidate: another member, or this one.</param>
    public void CastVote(MemberId candidate)
    {
        state.Vote = candidate;
        if (membership.IsFresh)
        {
            state.FoundingVotes = state.FoundingVotes.With(state.Term);
        }
    }

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

    /// <summary>Whether a fresh member must not vote for a log: for any that is not empty, except one that ends in a
    /// term in which this member voted while it was fresh (<see cref="FoundingVotes"/> explains why that is safe).
    /// </summary>
    private bool IsUnsafeToElect(in RaftMessage candidate) =>
        membership.IsFresh && candidate.Index > 0 && !state.FoundingVotes.Contains(candidate.LogTerm);
}
