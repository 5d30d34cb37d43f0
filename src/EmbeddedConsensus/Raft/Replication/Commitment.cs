namespace EmbeddedConsensus.Raft;

/// <summary>The rule by which a leader commits (Raft paper, section 5.4.2), and what a higher commit index brings
/// about.</summary>
internal sealed class Commitment(RaftState state, MembershipView membership)
{
    /// <summary>Commits what a quorum holds, if its last entry is of this term: entries of older terms are committed
    /// with one of this term, never by counting (Raft paper, figure 8).</summary>
    public void AdvanceByQuorum()
    {
        ulong index = state.Tracker.QuorumMatch();
        if (index > state.Log.Commit && state.TermOf(index) == state.Term)
        {
            state.HasCommittedInTerm = true;
            AdvanceTo(index);
        }
    }

    /// <summary>Raises the commit index; a lower one changes nothing.</summary>
    /// <param name="index">An index that is known to be committed.</param>
    public void AdvanceTo(ulong index)
    {
        if (state.Log.CommitTo(index))
        {
            membership.CommitAdvanced();
        }
    }
}
