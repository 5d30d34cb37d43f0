namespace EmbeddedConsensus.Raft;

/// <summary>
/// Whether a leader can still do its work. Heartbeats show that a process lives, not that its disk or its state machine
/// does, so a leader whose own are stuck hands over (design decision D17).
/// </summary>
/// <remarks>
/// <para><b>The disk</b> is stuck when the oldest append has been under way for an election timeout although a quorum
/// without this node holds its entries. That quorum shows that the other disks work, so the cluster gains by the
/// change; where all disks are slow, or the others are no majority without this one, it would only lose its leader. If
/// the successor does not take over in time, the leader steps down.</para>
/// <para><b>The state machine</b> is stuck when nothing was applied for an election timeout although entries are handed
/// out. An entry that takes long takes as long on every member, so a leader hands over once in a term for this reason,
/// and leads on if no successor takes over: it still replicates and commits.</para>
/// </remarks>
internal sealed class LeaderFitness(
    RaftState state, AppendPipeline appends, ApplyPages pages, LeadershipTransfer transfer, RoleTransitions roles)
{
    private ulong _term;
    private ulong _leadsSince;
    private ulong _triedAt;

    /// <summary>Lets a tick of a leader pass.</summary>
    /// <returns>Whether this node still leads.</returns>
    public bool Tick()
    {
        if (_term != state.Term)
        {
            _term = state.Term;
            _leadsSince = state.Now;
            _triedAt = 0;
        }

        if (transfer.IsUnderWay)
        {
            return true;
        }

        bool isDiskStuck = IsDiskStuck();
        if (_triedAt == 0)
        {
            if ((isDiskStuck || IsOver(pages.LastProgress)) && FindSuccessor() is { } successor)
            {
                _triedAt = state.Now;
                transfer.Request(successor);
            }
        }
        else if (isDiskStuck && IsOver(_triedAt))
        {
            roles.BecomeFollower(state.Term, MemberId.None);
            return false;
        }

        return true;
    }

    private bool IsDiskStuck() =>
        appends.Oldest is { } oldest && IsOver(oldest.IssuedAt)
        && oldest.LastIndex > state.Log.Stable && oldest.LastIndex <= state.Log.Commit;

    /// <summary>Whether an election timeout has passed since a tick. Time before this node led does not
    /// count.</summary>
    private bool IsOver(ulong? since) =>
        since is { } tick && state.Now - Math.Max(tick, _leadsSince) >= (ulong)state.Options.ElectionTicks;

    /// <summary>The voter with the longest log among those that were heard from.</summary>
    private MemberId? FindSuccessor()
    {
        Progress? best = null;
        foreach (Progress peer in state.Tracker.Members)
        {
            if (peer.Id != state.Id && state.IsHeard(peer) && state.Tracker.Configuration.Voters.Contains(peer.Id)
                && (best is null || peer.Match > best.Match))
            {
                best = peer;
            }
        }

        return best?.Id;
    }
}
