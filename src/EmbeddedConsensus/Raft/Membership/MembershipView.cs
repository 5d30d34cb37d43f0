using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>
/// Which configuration is in use, which one is committed, and what the node is to its cluster (dissertation, chapter
/// 4). In use is always the latest one in the log, from the moment its entry is appended and for as long as it is not
/// truncated; whether it is committed does not matter.
/// </summary>
internal sealed class MembershipView
{
    private readonly RaftState _state;
    private readonly ConfigurationHistory _history;
    private readonly LeadershipTransfer _transfer;

    /// <summary>The membership that a node starts with.</summary>
    /// <param name="state">The node.</param>
    /// <param name="history">The configurations that its log holds.</param>
    /// <param name="transfer">Ends when the target loses its vote.</param>
    public MembershipView(RaftState state, ConfigurationHistory history, LeadershipTransfer transfer)
    {
        _state = state;
        _history = history;
        _transfer = transfer;
        Committed = history.Latest;
        state.ClusterId = Committed.ClusterId;
    }

    /// <summary>The index of the entry that holds the configuration in use, or of the snapshot that it came with; zero
    /// for the one that the node was started with.</summary>
    public ulong LatestIndex => _history.LatestIndex;

    /// <summary>The configuration before the one in use, or null when there is none in the log.</summary>
    public ClusterConfiguration? BeforeLatest => _history.BeforeLatest;

    /// <summary>Whether the configuration in use is committed.</summary>
    public bool IsLatestCommitted => _history.LatestIndex <= _state.Log.Commit;

    /// <summary>The latest configuration that is known to be committed.</summary>
    public ClusterConfiguration Committed { get; private set; }

    /// <summary>The index of <see cref="Committed"/>.</summary>
    public ulong CommittedIndex { get; private set; }

    /// <summary>The members that messages may go to: all but this one and, for a while, those that have just left.
    /// Another array when it has changed. Empty at a joiner until it has received a configuration: its driver knows the
    /// addresses to use until then.</summary>
    public ImmutableArray<ClusterMember> Peers { get; private set; } = [];

    /// <summary>What the node is to its cluster.</summary>
    public MembershipState State { get; private set; }

    /// <summary>Why the node no longer takes part; null while it does.</summary>
    public MembershipEnd? End { get; private set; }

    /// <summary>Whether no other member can lead or vote: the node is the only voter in every configuration that may be
    /// in force. While one that leaves it alone may be uncommitted, the member that proposed it may still
    /// lead.</summary>
    public bool IsOnlyVoter => _history.IsOnlyVoterSince(_state.Id, _state.Log.Commit);

    /// <summary>Whether the node is a member, or waits to become one.</summary>
    public bool IsTakingPart => State is MembershipState.Member or MembershipState.Joining;

    /// <summary>Whether the node holds neither an entry nor a snapshot, and knows of no cluster.</summary>
    public bool IsFresh =>
        _history.LatestIndex == 0 && _history.Latest.ClusterId == 0 && _state.Log.LastIndex == 0;

    /// <summary>Whether the node holds nothing and has agreed to nothing: a new member, or one that lost its disk. It
    /// cannot know which, so it helps no member to become leader: it may have voted against that member's log, or have
    /// acknowledged entries that are not in it.</summary>
    public bool IsUndecided => _state.Founding.Stage == FoundingStage.Undecided && IsFresh;

    /// <summary>In a rejection: <see cref="RejectionContext.HoldsNothing"/> if that is so.</summary>
    public ulong HoldsNothingMark => IsUndecided ? RejectionContext.HoldsNothing : 0;

    /// <summary>Whether a configuration proves that the node has lost its disk: the node holds nothing, and by that
    /// configuration it has held the log.</summary>
    /// <param name="configuration">A configuration of the cluster.</param>
    public bool IsDiskLost(ClusterConfiguration configuration) =>
        IsUndecided && configuration.Find(_state.Id) is { HasStarted: true };

    /// <summary>The configuration as of an entry, or null when the log begins later.</summary>
    /// <param name="index">The entry.</param>
    public ClusterConfiguration? At(ulong index) => _history.At(index)?.Configuration;

    /// <summary>Whether a member has left for good, as far as is committed here. One whose id was not used yet may have
    /// been added since.</summary>
    /// <param name="member">The member.</param>
    public bool IsRemoved(MemberId member) =>
        !_state.Tracker.Configuration.Contains(member)
        && CommittedIndex > 0
        && !Committed.Contains(member)
        && Committed.WasUsed(member);

    /// <summary>Whether a member is named by the configuration in use, the one before it or the committed one, or has
    /// just left.</summary>
    /// <param name="member">The member.</param>
    public bool Knows(MemberId member) =>
        _state.Tracker.Find(member) is not null
        || Committed.Contains(member)
        || BeforeLatest?.Contains(member) == true;

    /// <summary>Appends a configuration to the leader's log and uses it. The caller makes sure that none is uncommitted
    /// (dissertation, section 4.1, and the correction of July 2015 on changes before a commit in the leader's term).
    /// </summary>
    /// <param name="configuration">The configuration.</param>
    /// <exception cref="InvariantViolationException">One is uncommitted, or the majorities need not meet.</exception>
    public void Append(ClusterConfiguration configuration)
    {
        if (!_state.IsLeader || !IsLatestCommitted)
        {
            throw new InvariantViolationException(
                $"A second configuration would be appended while the one of entry {_history.LatestIndex} is not "
                + $"committed (commit index {_state.Log.Commit}, {_state.Role}).");
        }

        configuration = configuration.Normalized();
        ulong index = _state.Log.LastIndex + 1;
        CheckOverlap(index, configuration);
        _state.Log.Append(new LogEntry(
            index, _state.Term, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration)));
        _history.Append(index, configuration);
        UseLatest();
    }

    /// <summary>Records a configuration in an entry from the leader; <see cref="UseLatest"/> puts it to use.
    /// </summary>
    /// <param name="entry">The entry.</param>
    public void Take(in LogEntry entry)
    {
        ClusterConfiguration configuration = ClusterConfigurationCodec.Decode(entry.Data.Span);
        if (_history.LatestIndex > 0)
        {
            // The configuration a node was started with is only a hint; those in the log have to follow each other.
            CheckOverlap(entry.Index, configuration);
        }

        _history.Append(entry.Index, configuration);
    }

    /// <summary>Forgets the configurations of truncated entries; <see cref="UseLatest"/> goes back to the one before.
    /// </summary>
    /// <param name="index">The first truncated entry.</param>
    /// <returns>Whether another configuration is the latest one now.</returns>
    public bool TruncateFrom(ulong index) => _history.TruncateFrom(index);

    /// <summary>Forgets what held only before an index.</summary>
    /// <param name="index">The last compacted entry.</param>
    public void CompactThrough(ulong index) => _history.CompactThrough(index);

    /// <summary>Uses the configuration of a snapshot that replaced the log.</summary>
    /// <param name="snapshot">The snapshot.</param>
    public void Reset(SnapshotMetadata snapshot)
    {
        _history.Reset(snapshot.Position.Index, snapshot.Configuration);
        UseLatest();
        ObserveCommitted();
    }

    /// <summary>Goes over to the latest configuration in the log.</summary>
    public void UseLatest()
    {
        _state.Tracker.Use(_history.Latest, _state.Log.LastIndex, keepsDeparting: _state.IsLeader);
        _transfer.ConfigurationChanged();
        CollectPeers();
        UpdateState();
    }

    /// <summary>Observes what a higher commit index says about the configuration.</summary>
    public void CommitAdvanced()
    {
        if (_history.LatestIndex > CommittedIndex)
        {
            ObserveCommitted();
        }
    }

    /// <summary>Observes the committed configuration.</summary>
    public void ObserveCommitted()
    {
        (ulong index, ClusterConfiguration configuration) = _history.At(_state.Log.Commit)
            ?? throw new InvariantViolationException(
                $"No configuration is known for the commit index {_state.Log.Commit}; the oldest known one is later.");
        if (index < CommittedIndex)
        {
            throw new InvariantViolationException(
                $"The committed configuration would fall from index {CommittedIndex} to {index}.");
        }

        ulong clusterId = Committed.ClusterId;
        if (clusterId != 0 && configuration.ClusterId != clusterId && index > CommittedIndex)
        {
            throw new InvariantViolationException(
                $"The cluster id would change from {clusterId:x} to {configuration.ClusterId:x}.");
        }

        CommittedIndex = index;
        Committed = configuration;
        _state.ClusterId = configuration.ClusterId;
        UpdateState();
    }

    /// <summary>Forgets the members that have left and had their time to hear of it.</summary>
    public void DropDeparted()
    {
        _state.Tracker.DropDeparted();
        CollectPeers();
    }

    /// <summary>Forgets all members that have left: this node no longer leads, or not yet.</summary>
    public void ForgetDeparting()
    {
        if (_state.Tracker.ForgetDeparting())
        {
            CollectPeers();
        }
    }

    /// <summary>Finds out whether the committed configuration still names this node. A leader hands over first.
    /// </summary>
    public void UpdateState()
    {
        if (!IsTakingPart)
        {
            return;
        }

        bool isLeft = CommittedIndex > 0 && !Committed.Contains(_state.Id) && Committed.WasUsed(_state.Id);
        if (isLeft && !_state.IsLeader)
        {
            Leave(new MembershipEnd.RemovedByEntry(_state.Id, CommittedIndex));
        }
        else if (_state.Tracker.Configuration.Contains(_state.Id))
        {
            State = MembershipState.Member;
        }
    }

    /// <summary>Ends the node's part in the cluster.</summary>
    /// <param name="end">The reason.</param>
    public void Leave(MembershipEnd end)
    {
        State = end.State;
        End = end;
    }

    /// <summary>Updates <see cref="Peers"/>.</summary>
    public void CollectPeers()
    {
        var peers = ImmutableArray.CreateBuilder<ClusterMember>();
        foreach (Progress peer in _state.Tracker.All)
        {
            if (peer.Id != _state.Id)
            {
                peers.Add(peer.Departure?.Member ?? _state.Tracker.Configuration.Find(peer.Id)!);
            }
        }

        if (!peers.SequenceEqual(Peers))
        {
            Peers = peers.DrainToImmutable();
        }
    }

    /// <summary>Two configurations that follow each other must not have majorities that do not meet: either the voters
    /// stay, or a joint configuration is entered or left (dissertation, section 4.3).</summary>
    private void CheckOverlap(ulong index, ClusterConfiguration next)
    {
        ClusterConfiguration current = _history.Latest;
        bool isSame = next.Voters.AsSpan().SequenceEqual(current.Voters.AsSpan())
            && next.OutgoingVoters.AsSpan().SequenceEqual(current.OutgoingVoters.AsSpan());
        bool isEntered = !current.IsJoint && next.OutgoingVoters.AsSpan().SequenceEqual(current.Voters.AsSpan());
        bool isLeft = current.IsJoint && !next.IsJoint && next.Voters.AsSpan().SequenceEqual(current.Voters.AsSpan());
        if (next.Voters.IsEmpty || !(isSame || isEntered || isLeft))
        {
            throw new InvariantViolationException(
                $"The configuration at index {index} ({ListOf(next.Voters)} with {ListOf(next.OutgoingVoters)} "
                + $"outgoing) cannot follow the one at {_history.LatestIndex} ({ListOf(current.Voters)} with "
                + $"{ListOf(current.OutgoingVoters)} outgoing): their majorities need not meet.");
        }
    }

    private static string ListOf(ImmutableArray<MemberId> members) =>
        members.IsEmpty ? "none" : string.Join(", ", members);
}
