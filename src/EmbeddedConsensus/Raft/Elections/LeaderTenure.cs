namespace EmbeddedConsensus.Raft;

/// <summary>When a leader steps down by itself: when it hears from no quorum (dissertation, section 6.2), and when the
/// configuration has taken its vote (section 4.2.2).</summary>
internal sealed class LeaderTenure(
    RaftState state, ElectionClock clock, RoleTransitions roles, LeadershipTransfer transfer, MembershipView membership)
{
    /// <summary>Lets a tick pass.</summary>
    /// <returns>Whether this node still leads.</returns>
    public bool Tick() => !clock.TickQuorumCheck() || !state.Options.CheckQuorum || CheckQuorum();

    /// <summary>Steps down when the configuration that took this leader's vote is committed. It hands over to the voter
    /// with the longest log, which has that configuration.</summary>
    public void ResignWithoutVote()
    {
        ClusterConfiguration current = state.Tracker.Configuration;
        if (current.Voters.Contains(state.Id) || current.IsJoint || !membership.IsLatestCommitted)
        {
            return;
        }

        Progress? best = null;
        foreach (Progress peer in state.Tracker.Members)
        {
            if (!peer.IsLearner && (best is null || peer.Match > best.Match))
            {
                best = peer;
            }
        }

        transfer.SendTimeoutNow(best!.Id);
        roles.BecomeFollower(state.Term, MemberId.None);
        membership.UpdateState();
    }

    private bool CheckQuorum()
    {
        if (state.Self is { } self)
        {
            self.IsActive = true;
        }

        if (!state.Tracker.IsQuorumActive())
        {
            roles.BecomeFollower(state.Term, MemberId.None);
            return false;
        }

        foreach (Progress peer in state.Tracker.All)
        {
            peer.IsActive = false;
        }

        return true;
    }
}
