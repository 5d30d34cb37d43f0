using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>Which configuration is in use (dissertation, chapter 4): always the latest one in the log, from the moment
/// its entry is appended and for as long as it is not truncated; whether it is committed does not matter.</summary>
internal sealed partial class RaftNode
{
    private readonly ConfigurationHistory _history;
    private ClusterConfiguration _committedConfiguration;
    private ulong _committedConfigurationIndex;
    private ImmutableArray<ClusterMember> _peers = [];

    /// <summary>The configuration in use: the latest one in the log.</summary>
    public ClusterConfiguration Configuration => _tracker.Configuration;

    /// <summary>The index of the entry that holds <see cref="Configuration"/>, or of the snapshot that it came with;
    /// zero for the one that the node was started with.</summary>
    public ulong ConfigurationIndex => _history.LatestIndex;

    /// <summary>The latest configuration that is known to be committed.</summary>
    public ClusterConfiguration CommittedConfiguration => _committedConfiguration;

    /// <summary>The index of <see cref="CommittedConfiguration"/>.</summary>
    public ulong CommittedConfigurationIndex => _committedConfigurationIndex;

    /// <summary>To whom messages may go: all members but this one and, for a while, those that have just left. Another
    /// array when it has changed. Empty at a joiner until it has heard of a configuration: whoever starts it knows whom
    /// to talk to until then.</summary>
    public ImmutableArray<ClusterMember> Peers => _peers;

    /// <summary>What this node is to its cluster. When it is <see cref="MembershipState.Removed"/> or
    /// <see cref="MembershipState.Refused"/>, the effects that are there are to be carried out, and then the node is to
    /// be used no more.</summary>
    public MembershipState Membership { get; private set; }

    /// <summary>Why the node is not, or no longer, a member; empty when it is.</summary>
    public string MembershipReason { get; private set; } = "";

    /// <summary>The configuration as of an applied entry: what a snapshot of that state has to carry. Null when a newer
    /// snapshot has replaced the log there.</summary>
    /// <param name="index">The entry.</param>
    public ClusterConfiguration? ConfigurationAt(ulong index) => _history.At(index)?.Configuration;

    private static ConfigurationHistory Recover(
        RecoveredLog log, RaftLog current, SnapshotMetadata? snapshot, ClusterConfiguration bootstrap)
    {
        ConfigurationHistory history = new(
            snapshot?.Position.Index ?? 0, snapshot?.Configuration ?? bootstrap);
        if (current.WasReplacedBySnapshot)
        {
            return history;
        }

        foreach (LogEntry entry in log.ConfigurationEntries)
        {
            if (entry.Index <= history.LatestIndex)
            {
                // The snapshot holds it, or a later one.
                continue;
            }

            if (entry.Kind != LogEntryKind.Configuration || !current.Matches(entry.Position))
            {
                throw new InvariantViolationException(
                    $"The log storage recovered a configuration at index {entry.Index} in term {entry.Term}, and the "
                    + $"log has term {current.TermAt(entry.Index)} there.");
            }

            history.Append(entry.Index, ClusterConfigurationCodec.Decode(entry.Data.Span));
        }

        return history;
    }

    /// <summary>Appends a configuration as the leader. Callers see to it that none is uncommitted (dissertation,
    /// section 4.1, and the correction of July 2015 on changes before a commit in the leader's term).</summary>
    private void AppendConfiguration(ClusterConfiguration configuration)
    {
        if (_role != RaftRole.Leader || _history.LatestIndex > _log.Commit)
        {
            throw new InvariantViolationException(
                $"A second configuration would be appended while the one of entry {_history.LatestIndex} is not "
                + $"committed (commit index {_log.Commit}, {_role}).");
        }

        configuration = configuration.Normalized();
        ulong index = _log.LastIndex + 1;
        CheckOverlap(index, configuration);
        _log.Append(new LogEntry(
            index, _term, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration)));
        _history.Append(index, configuration);
        UseLatestConfiguration();

        // A set of voters that shrank may hold what waits.
        CommitByQuorum();
        EndConfirmedRounds();
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

    /// <summary>Takes a configuration from the leader's log.</summary>
    private void TakeConfiguration(in LogEntry entry)
    {
        ClusterConfiguration configuration = ClusterConfigurationCodec.Decode(entry.Data.Span);
        if (_history.LatestIndex > 0)
        {
            // What a node was started with is only somebody's opinion; what is in the log has to follow itself.
            CheckOverlap(entry.Index, configuration);
        }

        _history.Append(entry.Index, configuration);
    }

    /// <summary>Goes over to the latest configuration in the log.</summary>
    private void UseLatestConfiguration()
    {
        _tracker.Use(_history.Latest, _log.LastIndex, keepsDeparting: _role == RaftRole.Leader);
        if (!_transferee.IsNone && !_tracker.Configuration.Voters.Contains(_transferee))
        {
            AbortTransfer();
        }

        CollectPeers();
        UpdateMembership();
    }

    /// <summary>Takes note of what a higher commit index says about the configuration.</summary>
    private void ObserveCommittedConfiguration()
    {
        (ulong index, ClusterConfiguration configuration) = _history.At(_log.Commit)
            ?? throw new InvariantViolationException(
                $"No configuration is known for the commit index {_log.Commit}; the oldest known one is later.");
        if (index < _committedConfigurationIndex)
        {
            throw new InvariantViolationException(
                $"The committed configuration would fall from index {_committedConfigurationIndex} to {index}.");
        }

        ulong clusterId = _committedConfiguration.ClusterId;
        if (clusterId != 0 && configuration.ClusterId != clusterId && index > _committedConfigurationIndex)
        {
            throw new InvariantViolationException(
                $"The cluster id would change from {clusterId:x} to {configuration.ClusterId:x}.");
        }

        _committedConfigurationIndex = index;
        _committedConfiguration = configuration;
        UpdateMembership();
    }

    private void CollectPeers()
    {
        var peers = ImmutableArray.CreateBuilder<ClusterMember>();
        foreach (Progress peer in _tracker.All)
        {
            if (peer.Id != _options.Id)
            {
                peers.Add(peer.DepartingAs ?? _tracker.Configuration.Find(peer.Id)!);
            }
        }

        if (!peers.SequenceEqual(_peers))
        {
            _peers = peers.DrainToImmutable();
        }
    }

    private void UpdateMembership()
    {
        if (Membership is MembershipState.Removed or MembershipState.Refused)
        {
            return;
        }

        bool isLeft = _committedConfigurationIndex > 0 && !_committedConfiguration.Contains(_options.Id)
            && _committedConfiguration.WasUsed(_options.Id);
        if (isLeft && _role != RaftRole.Leader)
        {
            // A leader first hands over.
            Leave(
                MembershipState.Removed,
                $"Member {_options.Id} was removed from the cluster by entry {_committedConfigurationIndex}. Its data "
                + "is of no further use: to take part again it needs a new id and an empty disk.");
        }
        else if (_tracker.Configuration.Contains(_options.Id))
        {
            Membership = MembershipState.Member;
        }
    }

    private void Leave(MembershipState state, string reason)
    {
        Membership = state;
        MembershipReason = reason;
    }
}
