namespace EmbeddedConsensus.Raft;

/// <summary>Who belongs to the cluster, and how those that do not are told (dissertation, section 4.2.3; etcd's removed
/// members and its cluster ids).</summary>
internal sealed partial class RaftNode
{
    /// <summary>In an answer that rejects an append or a snapshot: the sender holds nothing at all.</summary>
    private const ulong HoldsNothing = 1;

    /// <summary>In an append response that answers no append: the sender's term is higher, and that is all it says.
    /// </summary>
    private const ulong TermOnly = 2;

    // The tick after the one in which a member was told last, by id modulo the length: a bounded memory against floods.
    private readonly ulong[] _noticeTicks = new ulong[16];
    private readonly List<MemberId> _refusers = [];

    /// <summary>How many messages of other clusters were dropped.</summary>
    public long ForeignMessages { get; private set; }

    /// <summary>Whether the node holds neither an entry nor a snapshot, and was not told of a cluster: a new member, or
    /// one that lost its disk. It cannot know which, so it helps nobody who has a log to become leader: it may have
    /// voted against that log, or have acknowledged entries that are not in it.</summary>
    private bool IsFresh => _history.LatestIndex == 0 && _history.Latest.ClusterId == 0 && _log.LastIndex == 0;

    private FoundingVotes _foundingVotes;

    /// <summary>Whether a fresh member must not vote for a log: for any that is not empty, but for one that ends in a
    /// term in which it voted while it was fresh (why that is safe is said at <see cref="FoundingVotes"/>).</summary>
    private bool IsUnsafeToElect(in RaftMessage candidate) =>
        IsFresh && candidate.Index > 0 && !_foundingVotes.Contains(candidate.LogTerm);

    /// <summary>Takes note of a vote, for another or for itself, that this member gives while it is fresh. It becomes
    /// durable with the vote.</summary>
    private void RememberFoundingVote()
    {
        if (IsFresh)
        {
            _foundingVotes = _foundingVotes.With(_term);
        }
    }

    /// <summary>Two members on one disk would go by one vote and take each other's acknowledgements for their own. A
    /// log storage that forgets whose it is would hide that.</summary>
    private static void CheckOwner(MemberId self, HardState state)
    {
        if (state.Owner != self && state != default)
        {
            throw new InvariantViolationException(
                state.Owner.IsNone
                    ? "The hard state on disk does not say whose it is: the log storage has not kept all of it."
                    : $"Member {self} was started on the disk of member {state.Owner}.");
        }
    }

    private ulong HoldsNothingMark => IsFresh ? HoldsNothing : 0;

    /// <summary>Whether a message comes from where nothing may come from.</summary>
    private bool TurnAway(in RaftMessage message)
    {
        if (message.Type == RaftMessageType.MemberRefused)
        {
            StepMemberRefused(message);
            return true;
        }

        ulong clusterId = _committedConfiguration.ClusterId;
        if (message.ClusterId != clusterId && message.ClusterId != 0 && clusterId != 0)
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
            StepMemberRemoved(message);
            return true;
        }

        if (IsRequest(message.Type) && IsRemoved(message.From))
        {
            if (IsNoticeDue(message.From))
            {
                Send(To(message.From, RaftMessageType.MemberRemoved) with
                {
                    Term = 0, Index = _committedConfigurationIndex,
                });
            }

            return true;
        }

        return false;
    }

    private static bool IsRequest(RaftMessageType type) => type is
        RaftMessageType.Vote or RaftMessageType.PreVote or RaftMessageType.Propose or RaftMessageType.ReadIndex
        or RaftMessageType.TransferLeadership;

    /// <summary>Whether a member has left for good, as far as is committed here. One whose id was not used yet may have
    /// been added since.</summary>
    private bool IsRemoved(MemberId member) =>
        !_tracker.Configuration.Contains(member)
        && _committedConfigurationIndex > 0
        && !_committedConfiguration.Contains(member)
        && _committedConfiguration.WasUsed(member);

    private bool IsNoticeDue(MemberId receiver)
    {
        ref ulong last = ref _noticeTicks[receiver.Value % (ulong)_noticeTicks.Length];
        if (last != 0 && _now + 1 - last < (ulong)_options.ElectionTicks)
        {
            return false;
        }

        last = _now + 1;
        return true;
    }

    private void Refuse(MemberId receiver, RefusalReason reason) =>
        Send(To(receiver, RaftMessageType.MemberRefused) with { Term = 0, Context = (ulong)reason });

    /// <summary>A member that held the configuration once and says that it holds nothing lost its disk. It is told, and
    /// gets no entries: it must not acknowledge again what others count on. A delayed message of its first start, which
    /// looks the same, changes nothing: it believes that it is refused only while it does hold nothing.</summary>
    private bool RefuseLostDisk(Progress peer, in RaftMessage message)
    {
        if (message.Context != HoldsNothing || _tracker.Configuration.Find(peer.Id) is not { HasStarted: true })
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

    private void StepMemberRemoved(in RaftMessage message)
    {
        ClusterConfiguration own = _tracker.Configuration;

        // Compared with what is committed here: a configuration that was never committed may lie above the removal and
        // be truncated nowhere, because nobody replicates to a member that is gone.
        bool isNews = own.WasUsed(_options.Id) && message.Index > _committedConfigurationIndex;
        if (isNews && Membership is MembershipState.Member or MembershipState.Joining && _role != RaftRole.Leader)
        {
            Leave(
                MembershipState.Removed,
                $"Member {_options.Id} was removed from the cluster while it was away: member {message.From} says so, "
                + $"with the configuration of entry {message.Index}. To take part again it needs a new id and an empty "
                + "disk.");
        }
    }

    private void StepMemberRefused(in RaftMessage message)
    {
        switch ((RefusalReason)message.Context)
        {
            case RefusalReason.LostDisk when IsFresh:
                LeaveForLostDisk(message.From);
                break;
            case RefusalReason.WrongCluster when message.ClusterId != _committedConfiguration.ClusterId:
                TakeRefusal(message.From);
                break;
        }
    }

    private void LeaveForLostDisk(MemberId witness)
    {
        if (Membership is MembershipState.Member or MembershipState.Joining)
        {
            Leave(
                MembershipState.Refused,
                $"The disk of member {_options.Id} is empty, and member {witness} knows that it held a part of the "
                + "log. What it voted for and acknowledged is lost with it, so it must not go on under this id. "
                + "Restore the disk; or remove the member, and add it anew with a new id.");
        }
    }

    /// <summary>One stranger must not stop a member of a healthy cluster, so a member believes that it is in the wrong
    /// one only when a majority of those that it takes for its own say so, and it hears from no leader.</summary>
    private void TakeRefusal(MemberId from)
    {
        if (_role == RaftRole.Leader || !_leader.IsNone || Membership != MembershipState.Member
            || _refusers.Contains(from) || !_tracker.Configuration.Voters.Contains(from))
        {
            return;
        }

        _refusers.Add(from);
        if (_refusers.Count > _tracker.Configuration.Voters.Length / 2)
        {
            Leave(
                MembershipState.Refused,
                $"Members {string.Join(", ", _refusers)} belong to another cluster than the one that member "
                + $"{_options.Id} has on its disk (id {_committedConfiguration.ClusterId:x}). Check the cluster name, "
                + "the addresses and the data directory.");
        }
    }
}
