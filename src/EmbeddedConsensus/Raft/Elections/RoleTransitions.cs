namespace EmbeddedConsensus.Raft;

/// <summary>The changes of term, role and leader (Raft paper, figure 4), and all that ends or begins with them.
/// </summary>
internal sealed class RoleTransitions(
    RaftState state,
    ElectionClock clock,
    Ballots ballots,
    LeadershipTransfer transfer,
    Heartbeats heartbeats,
    ProposalBudget budget,
    LeaderReads reads,
    ForwardedReads forwardedReads,
    SnapshotReception reception,
    MembershipView membership,
    ConfigurationChanges changes)
{
    /// <summary>Follows the leader of the current term.</summary>
    /// <param name="leader">The sender of a message that only a leader sends.</param>
    /// <exception cref="InvariantViolationException">Election Safety: another member leads in this term.</exception>
    public void FollowLeader(MemberId leader)
    {
        if (state.IsLeader || (!state.Leader.IsNone && state.Leader != leader))
        {
            throw new InvariantViolationException(
                $"Election Safety: members {state.Leader} and {leader} both lead in term {state.Term}.");
        }

        if (state.Role != RaftRole.Follower)
        {
            BecomeFollower(state.Term, leader);
        }

        SetLeader(leader);
        clock.HearLeader();
    }

    /// <summary>Becomes a follower, in the same term or a higher one.</summary>
    /// <param name="term">The term.</param>
    /// <param name="leader">Its leader, or none while it is not known.</param>
    public void BecomeFollower(ulong term, MemberId leader)
    {
        ResetTerm(term);
        state.Role = RaftRole.Follower;
        SetLeader(leader);
    }

    /// <summary>Becomes a pre-candidate; the term stays.</summary>
    public void BecomePreCandidate()
    {
        state.Role = RaftRole.PreCandidate;
        clock.Restart();
        SetLeader(MemberId.None);
        ballots.Clear();
    }

    /// <summary>Becomes a candidate in the next term.</summary>
    public void BecomeCandidate()
    {
        ResetTerm(state.Term + 1);
        state.Role = RaftRole.Candidate;
    }

    /// <summary>Becomes the leader of the current term and appends its first entry.</summary>
    public void BecomeLeader()
    {
        ResetTerm(state.Term);
        state.Role = RaftRole.Leader;
        SetLeader(state.Id);
        reception.Abort();
        clock.EndPromise();
        foreach (Progress peer in state.Tracker.Members)
        {
            bool isSelf = peer.Id == state.Id;
            peer.Reset(state.Log.LastIndex + 1, isSelf ? state.Log.Stable : 0);
            if (isSelf)
            {
                peer.BecomeReplicate();
            }
        }

        changes.AppendFirstEntry();
    }

    /// <summary>Records the leader, or that there is none. The reads sent to the one before have failed.</summary>
    /// <param name="leader">The leader, or none.</param>
    public void SetLeader(MemberId leader)
    {
        if (state.Leader == leader)
        {
            return;
        }

        state.Leader = leader;
        forwardedReads.FailAll();
    }

    /// <summary>Begins a term, or the same one in another role.</summary>
    private void ResetTerm(ulong term)
    {
        if (term < state.Term)
        {
            throw new InvariantViolationException($"The term would fall from {state.Term} to {term}.");
        }

        if (term > state.Term)
        {
            state.Term = term;
            state.Vote = MemberId.None;
        }

        SetLeader(MemberId.None);
        clock.Restart();
        heartbeats.Restart();
        state.HasCommittedInTerm = false;
        membership.ForgetDeparting();
        transfer.Abort();
        ballots.Clear();
        budget.Clear();
        reads.FailAll();
    }
}
