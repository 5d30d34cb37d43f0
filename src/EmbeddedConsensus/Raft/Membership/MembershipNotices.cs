namespace EmbeddedConsensus.Raft;

/// <summary>Keeps out the messages of those that are no members, and notifies them; and what this node makes of such a
/// notice (dissertation, section 4.2.3; etcd's removed members and its cluster ids).</summary>
/// <remarks>A member learns of its removal in one of two ways: the leader that removes it replicates the entry and the
/// commit index to it for a while longer (<see cref="Departure"/>); or it hears from no leader, asks for votes, and
/// gets <see cref="RaftMessageType.MemberRemoved"/> for an answer.</remarks>
internal sealed class MembershipNotices(RaftState state, Outbox outbox, MembershipView membership)
{
    /// <summary>How far a term may lie above this node's own when its sender is in no configuration known here. No
    /// member misses that many elections; a term from a stranger that was believed could leave none to campaign
    /// in.</summary>
    private const ulong MaxTermsMissed = 1UL << 32;

    // The tick after the one in which a member got its last notice, by id modulo the length: a bounded memory against
    // floods.
    private readonly ulong[] _noticeTicks = new ulong[16];
    private readonly List<MemberId> _refusers = [];

    /// <summary>How many messages of other clusters, and of senders that proved no membership, were dropped.</summary>
    public long ForeignMessages { get; private set; }

    /// <summary>Handles notices, and turns away messages of other clusters and the requests of removed members.
    /// </summary>
    /// <param name="message">A message.</param>
    /// <returns>Whether the message is dealt with.</returns>
    public bool TurnAway(in RaftMessage message)
    {
        ulong clusterId = state.ClusterId;
        bool isForeign = message.ClusterId != clusterId && message.ClusterId != 0 && clusterId != 0;
        if (IsStranger(message) && !(isForeign && message.Type != RaftMessageType.MemberRefused))
        {
            ForeignMessages++;
            return true;
        }

        if (message.Type == RaftMessageType.MemberRefused)
        {
            StepRefused(message);
            return true;
        }

        if (isForeign)
        {
            ForeignMessages++;
            if (message.Type != RaftMessageType.MemberRemoved && IsNoticeDue(message.From))
            {
                Refuse(message.From, RefusalReason.WrongCluster);
            }

            return true;
        }

        if (message.Type == RaftMessageType.MemberRemoved)
        {
            StepRemoved(message);
            return true;
        }

        if (message.Type.IsRequest() && membership.IsRemoved(message.From))
        {
            if (IsNoticeDue(message.From))
            {
                outbox.Send(state.MessageTo(message.From, RaftMessageType.MemberRemoved) with
                {
                    Term = 0, Index = membership.CommittedIndex,
                });
            }

            return true;
        }

        return false;
    }

    /// <summary>A leader was heard from: the node is in the right cluster.</summary>
    public void LeaderHeard() => _refusers.Clear();

    /// <summary>A member that held the configuration once and reports that it holds nothing lost its disk. It gets a
    /// notice and no entries: it must not acknowledge again what others count on. A delayed message of its first start,
    /// which looks the same, changes nothing: the member believes that it is refused only while it holds nothing.
    /// </summary>
    /// <param name="peer">The member.</param>
    /// <param name="message">Its answer.</param>
    /// <returns>Whether that is so.</returns>
    public bool RefuseLostDisk(Progress peer, in RaftMessage message)
    {
        if (message.Context != RejectionContext.HoldsNothing
            || state.Tracker.Configuration.Find(peer.Id) is not { HasStarted: true })
        {
            return false;
        }

        if (IsNoticeDue(peer.Id))
        {
            Refuse(peer.Id, RefusalReason.LostDisk);
        }

        if (peer.State != ProgressState.Probe)
        {
            peer.BecomeProbe(peer.Match + 1);
        }

        // The next heartbeat's answer asks again.
        peer.IsProbePaused = true;
        return true;
    }

    /// <summary>Ends this node's part because another member knows that this node's disk held a part of the log.
    /// </summary>
    /// <param name="witness">That member.</param>
    public void LeaveForLostDisk(MemberId witness)
    {
        if (membership.IsTakingPart)
        {
            membership.Leave(new MembershipEnd.DiskLost(state.Id, witness));
        }
    }

    /// <summary>Turns away what does not come from the cluster that a founder without entries is to found. If a leader
    /// replicates to it, that leader's cluster has this member, and this member's disk is lost or it was started in the
    /// wrong way; it has no address to answer at, so it stops.</summary>
    /// <param name="message">A message.</param>
    /// <returns>Whether the message is dealt with.</returns>
    public bool TurnAwayOthersCluster(in RaftMessage message)
    {
        ClusterConfiguration founders = state.Tracker.Configuration;
        if (!membership.IsFresh || founders.Voters.IsEmpty || !membership.IsTakingPart)
        {
            return false;
        }

        // What a pledge says about earlier promises holds for the cluster of its founders and for no other. That
        // cluster may have grown beyond the list by now.
        bool isOwn = message.ClusterId != 0 && !membership.IsUndecided
            ? state.Founding.IsFounded(message.ClusterId)
            : founders.Contains(message.From);
        if (!isOwn && message.Type.IsFromLeader())
        {
            membership.Leave(new MembershipEnd.MemberOfAnotherCluster(state.Id, message.From));
        }

        return !isOwn;
    }

    /// <summary>Whether a message comes from a sender that no configuration known here names, and that does not show
    /// the cluster's id either. Such a message has no effect (design decision D18).</summary>
    /// <remarks>
    /// <para>Raft's members handle requests without a look at their configuration (dissertation, section 4.1): a member
    /// that lags may be asked for its vote by one that was added since, or be sent entries by it, and the cluster may
    /// need its answer. So an unknown sender is heard if it carries the cluster's id, a random number that only members
    /// learn: a new member has it from the log before it can vote or lead.</para>
    /// <para>A node that knows no id yet, because it joins, or founds a cluster that may have gone on without it, hears
    /// every unknown sender that has one. It relies on its transport, which delivers messages of members alone.</para>
    /// </remarks>
    private bool IsStranger(in RaftMessage message)
    {
        if (membership.Knows(message.From))
        {
            return false;
        }

        bool hasProof = message.ClusterId != 0 && (message.ClusterId == state.ClusterId || state.ClusterId == 0);
        bool isJoining = state.Tracker.Members.IsEmpty;
        return !hasProof || (isJoining ? IsSecondLeader(message) : message.Term > state.Term + MaxTermsMissed);
    }

    /// <summary>Whether another leader of the present term is known: then the sender leads another cluster, which a
    /// joiner without entries cannot tell from its own by an id.</summary>
    private bool IsSecondLeader(in RaftMessage message) =>
        message.Type.IsFromLeader() && message.Term == state.Term && !state.Leader.IsNone
        && message.From != state.Leader;

    private void StepRemoved(in RaftMessage message)
    {
        // Compared with what is committed here: a configuration that was never committed may lie above the removal and
        // never be truncated, because no leader replicates to a member that is gone.
        bool isNews = state.Tracker.Configuration.WasUsed(state.Id) && message.Index > membership.CommittedIndex;
        if (isNews && membership.IsTakingPart && !state.IsLeader)
        {
            membership.Leave(new MembershipEnd.RemovedWhileAway(state.Id, message.From, message.Index));
        }
    }

    private void StepRefused(in RaftMessage message)
    {
        switch ((RefusalReason)message.Context)
        {
            case RefusalReason.LostDisk when membership.IsUndecided:
                LeaveForLostDisk(message.From);
                break;
            case RefusalReason.WrongCluster when message.ClusterId != state.ClusterId:
                TakeRefusal(message.From);
                break;
        }
    }

    /// <summary>A single stranger must not stop a member of a healthy cluster, so a member believes that it is in the
    /// wrong one only when a majority of its own voters say so and it hears from no leader.</summary>
    private void TakeRefusal(MemberId from)
    {
        if (state.IsLeader || !state.Leader.IsNone || membership.State != MembershipState.Member
            || _refusers.Contains(from) || !state.Tracker.Configuration.Voters.Contains(from))
        {
            return;
        }

        _refusers.Add(from);
        if (_refusers.Count > state.Tracker.Configuration.Voters.Length / 2)
        {
            membership.Leave(new MembershipEnd.WrongCluster(state.Id, state.ClusterId, [.. _refusers]));
        }
    }

    private void Refuse(MemberId receiver, RefusalReason reason) =>
        outbox.Send(state.MessageTo(receiver, RaftMessageType.MemberRefused) with
        {
            Term = 0, Context = (ulong)reason,
        });

    private bool IsNoticeDue(MemberId receiver)
    {
        ref ulong last = ref _noticeTicks[receiver.Value % (ulong)_noticeTicks.Length];
        if (last != 0 && state.Now + 1 - last < (ulong)state.Options.ElectionTicks)
        {
            return false;
        }

        last = state.Now + 1;
        return true;
    }
}
