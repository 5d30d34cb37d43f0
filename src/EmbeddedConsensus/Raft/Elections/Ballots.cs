namespace EmbeddedConsensus.Raft;

/// <summary>The votes of the current campaign. Each member's first answer counts.</summary>
internal sealed class Ballots(RaftState state)
{
    private bool _isOwnVoteDurable;

    /// <summary>Forgets all votes.</summary>
    public void Clear()
    {
        foreach (Progress member in state.Tracker.Members)
        {
            member.Vote = VoteState.Pending;
        }

        _isOwnVoteDurable = false;
    }

    /// <summary>Counts an answer.</summary>
    /// <param name="from">The member that answered; this node when its own vote is durable.</param>
    /// <param name="isGranted">Whether it votes for this node.</param>
    public void Count(MemberId from, bool isGranted)
    {
        // The first answer counts; a duplicate changes nothing.
        if (state.Tracker.Find(from) is { Vote: VoteState.Pending } member)
        {
            member.Vote = isGranted ? VoteState.Granted : VoteState.Rejected;
        }

        _isOwnVoteDurable |= from == state.Id && state.Role == RaftRole.Candidate;
    }

    /// <summary>The outcome so far. A candidate does not win before its own vote is durable, even where the others'
    /// votes make a majority: after a crash it could campaign, win and lead in the same term again, with other entries.
    /// </summary>
    public VoteState Outcome => state.Tracker.TallyVotes() switch
    {
        VoteState.Granted when state.Role == RaftRole.PreCandidate || _isOwnVoteDurable => VoteState.Granted,
        VoteState.Granted => VoteState.Pending,
        VoteState outcome => outcome,
    };
}
