using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>The members of a configuration and what is known of each, with the decisions that need a majority. In a
/// joint configuration a decision needs a majority of both sets of voters (dissertation, section 4.3).</summary>
internal sealed class ProgressTracker
{
    /// <summary>How long a member that has left is still sent messages, so that it learns of it; in election
    /// timeouts.</summary>
    private const int DepartureTimeouts = 10;

    private readonly RaftOptions _options;
    private Progress[] _members = [];
    private Progress[] _all = [];
    private Progress[] _voters = [];
    private Progress[] _outgoingVoters = [];

    /// <summary>A tracker for a configuration.</summary>
    /// <param name="options">The windows of the members.</param>
    /// <param name="configuration">The members.</param>
    public ProgressTracker(RaftOptions options, ClusterConfiguration configuration)
    {
        _options = options;
        Configuration = configuration;
        Use(configuration, lastIndex: 0, keepsDeparting: false);
    }

    /// <summary>The members.</summary>
    public ClusterConfiguration Configuration { get; private set; }

    /// <summary>Every member, in order of id.</summary>
    public ReadOnlySpan<Progress> Members => _members;

    /// <summary>Every member, and after them those that have left and may not know it yet. They count for no quorum.
    /// </summary>
    public ReadOnlySpan<Progress> All => _all;

    /// <summary>Whether the node itself makes every quorum.</summary>
    public bool IsSingleVoter =>
        _voters.Length == 1 && _voters[0].Id == _options.Id
        && (_outgoingVoters.Length == 0 || (_outgoingVoters.Length == 1 && _outgoingVoters[0].Id == _options.Id));

    /// <summary>Changes the members; what is known of those that stay is kept.</summary>
    /// <param name="configuration">The new members.</param>
    /// <param name="lastIndex">The end of the log: what a new member is sent first.</param>
    /// <param name="keepsDeparting">Whether those that leave are kept among <see cref="All"/>.</param>
    public void Use(ClusterConfiguration configuration, ulong lastIndex, bool keepsDeparting)
    {
        ClusterConfiguration before = Configuration;
        MemberId[] ids =
        [
            .. configuration.Voters.Concat(configuration.OutgoingVoters).Concat(configuration.Learners)
                .Distinct().Order(),
        ];
        Progress[] members = new Progress[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            members[i] = Find(ids[i]) ?? NewProgress(ids[i], lastIndex);
        }

        Progress[] departing = keepsDeparting
            ? [.. _all.Where(peer => peer.Id != _options.Id && !ids.Contains(peer.Id))]
            : [];
        foreach (Progress peer in departing)
        {
            Depart(peer, peer.Departure?.Member ?? before.Find(peer.Id) ?? new ClusterMember(peer.Id, ""));
        }

        _members = members;
        _all = [.. members, .. departing];
        Configuration = configuration;
        _voters = Select(configuration.Voters);
        _outgoingVoters = Select(configuration.OutgoingVoters);
        foreach (Progress member in members)
        {
            member.IsLearner = !IsVoter(member.Id);
        }
    }

    /// <summary>Forgets the members that have left and whose time is over.</summary>
    public void DropDeparted() =>
        _all = [.. _all.Where(peer => peer.Departure is null or { TicksLeft: > 0 })];

    /// <summary>Forgets all members that have left.</summary>
    /// <returns>Whether there were any.</returns>
    public bool ForgetDeparting()
    {
        bool hadAny = _all.Length > _members.Length;
        if (hadAny)
        {
            _all = _members;
        }

        return hadAny;
    }

    /// <summary>What is known of a member, or of one that has left and may not know it yet; null for others.</summary>
    /// <param name="id">The member.</param>
    public Progress? FindPeer(MemberId id)
    {
        foreach (Progress peer in _all)
        {
            if (peer.Id == id)
            {
                return peer;
            }
        }

        return null;
    }

    /// <summary>What is known of a member, or null when it is none.</summary>
    /// <param name="id">The member.</param>
    public Progress? Find(MemberId id)
    {
        foreach (Progress member in _members)
        {
            if (member.Id == id)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>How far the members are, in order of id.</summary>
    public ImmutableArray<PeerStatus> Statuses()
    {
        var statuses = ImmutableArray.CreateBuilder<PeerStatus>(_members.Length);
        foreach (Progress member in _members)
        {
            statuses.Add(new PeerStatus(
                member.Id, member.IsLearner, member.State, member.Match, member.Next, member.IsActive,
                member.Transfer?.Snapshot.Position ?? default));
        }

        return statuses.DrainToImmutable();
    }

    /// <summary>Whether a member has a vote.</summary>
    /// <param name="id">The member.</param>
    public bool IsVoter(MemberId id) =>
        Configuration.Voters.Contains(id) || Configuration.OutgoingVoters.Contains(id);

    /// <summary>The highest index that a quorum holds durably.</summary>
    public ulong QuorumMatch() => QuorumOf(static member => member.Match);

    /// <summary>The newest read round that a quorum has confirmed.</summary>
    public ulong QuorumRound() => QuorumOf(static member => member.ConfirmedRound);

    /// <summary>The newest round in answer to which, or to a later one, a quorum promised not to vote.</summary>
    public ulong QuorumPromise() => QuorumOf(static member => member.PromisedRound);

    /// <summary>Whether a quorum was heard from since the last check.</summary>
    public bool IsQuorumActive() => QuorumOf(static member => member.IsActive ? 1UL : 0UL) > 0;

    /// <summary>The outcome of the votes so far.</summary>
    public VoteState TallyVotes()
    {
        VoteState first = Tally(_voters);
        VoteState second = Tally(_outgoingVoters);
        if (first == VoteState.Rejected || second == VoteState.Rejected)
        {
            return VoteState.Rejected;
        }

        return first == VoteState.Granted && second == VoteState.Granted ? VoteState.Granted : VoteState.Pending;
    }

    private static VoteState Tally(Progress[] voters)
    {
        if (voters.Length == 0)
        {
            return VoteState.Granted;
        }

        int quorum = (voters.Length / 2) + 1;
        int granted = voters.Count(static voter => voter.Vote == VoteState.Granted);
        int open = voters.Count(static voter => voter.Vote == VoteState.Pending);
        if (granted >= quorum)
        {
            return VoteState.Granted;
        }

        return granted + open >= quorum ? VoteState.Pending : VoteState.Rejected;
    }

    /// <summary>The highest value that a majority of a set reaches; the greatest number for an empty set, which decides
    /// nothing.</summary>
    private static ulong MajorityOf(Progress[] voters, Func<Progress, ulong> value)
    {
        if (voters.Length == 0)
        {
            return ulong.MaxValue;
        }

        Span<ulong> sorted = voters.Length <= 16 ? stackalloc ulong[voters.Length] : new ulong[voters.Length];
        for (int i = 0; i < voters.Length; i++)
        {
            sorted[i] = value(voters[i]);
        }

        sorted.Sort();
        return sorted[(voters.Length - 1) / 2];
    }

    private ulong QuorumOf(Func<Progress, ulong> value)
    {
        if (_voters.Length == 0)
        {
            return 0;
        }

        return Math.Min(MajorityOf(_voters, value), MajorityOf(_outgoingVoters, value));
    }

    private void Depart(Progress peer, ClusterMember member)
    {
        if (peer.Departure is null)
        {
            peer.IsLearner = true;
            peer.Departure = new Departure(member, DepartureTimeouts * _options.ElectionTicks);
        }
    }

    private Progress NewProgress(MemberId id, ulong lastIndex)
    {
        Progress peer = new(id, _options.MaxInflightMessages, _options.MaxInflightBytes);
        peer.Reset(Math.Max(1, lastIndex), match: 0);
        return peer;
    }

    private Progress[] Select(ImmutableArray<MemberId> ids) =>
        ids.IsDefaultOrEmpty ? [] : [.. ids.Select(id => Find(id)!)];
}
