using System.Collections.Immutable;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica;

/// <summary>Compares what a replica is after each turn of its consensus loop with what it was before: it logs the
/// changes, one line each, and takes the measurements. Runs on the consensus thread.</summary>
internal sealed class ViewObserver
{
    // An election takes one to two election timeouts, and a split vote as long again.
    private const int ElectionTimeoutsBeforeAlarm = 4;

    private static readonly TimeSpan LagInterval = TimeSpan.FromSeconds(1);

    private readonly MemberId _self;
    private readonly ILogger _logger;
    private readonly StoreMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TimeSpan _alarmAfter;
    private readonly LatencyMarks _commits;
    private readonly LatencyMarks _applies;
    // The snapshot that each peer was last seen to receive.
    private readonly Dictionary<MemberId, ulong> _sentSnapshots = [];

    private ReplicaView _before = null!;
    private MemberId _lastLeader;
    private string? _lastUnreadable;
    private long _leaderlessSince;
    private bool _isAlarmed;
    private long _lagTaken;

    /// <summary>An observer of a replica that has not begun.</summary>
    public ViewObserver(ReplicaSettings settings, ILogger logger, StoreMetrics metrics, TimeProvider time)
    {
        _self = settings.Self;
        _logger = logger;
        _metrics = metrics;
        _time = time;
        _alarmAfter = settings.ElectionTimeout * ElectionTimeoutsBeforeAlarm;
        _commits = new LatencyMarks(metrics.CommitDuration, time);
        _applies = new LatencyMarks(metrics.ApplyDuration, time);
        _leaderlessSince = time.GetTimestamp();
        _lagTaken = _leaderlessSince;
    }

    /// <summary>Takes what the replica has recovered, with which its first turn is compared.</summary>
    public void Begin(ReplicaView view) => _before = view;

    /// <summary>Looks at the replica after a turn.</summary>
    public void Observe(ReplicaView view, RaftNode node)
    {
        ObserveLeader(view);
        ObserveMembership(view);
        Measure(view, node);
        _before = view;
    }

    /// <summary>A piece of a snapshot is read for a peer.</summary>
    public void ObserveSnapshotRead(in SnapshotReadEffect read)
    {
        if (_sentSnapshots.GetValueOrDefault(read.Peer) == read.Snapshot.Index)
        {
            return;
        }

        if (_sentSnapshots.Count >= ClusterConfigurationCodec.MaxMembers)
        {
            // Members come and go in a long term. One that is forgotten is logged again.
            _sentSnapshots.Clear();
        }

        _sentSnapshots[read.Peer] = read.Snapshot.Index;
        _logger.SnapshotSending(_self, read.Snapshot.Index, read.Peer);
    }

    /// <summary>A leader's snapshot is ignored. The leader keeps offering it, which is one line in the log and not
    /// many.</summary>
    public void ObserveUnreadable(UnreadableSnapshot snapshot)
    {
        if (snapshot.Reason.Message != _lastUnreadable)
        {
            _lastUnreadable = snapshot.Reason.Message;
            _logger.SnapshotUnreadable(_self, snapshot.Sender, snapshot.Reason.Message);
        }
    }

    private void ObserveLeader(ReplicaView view)
    {
        if (view.Leader.IsNone)
        {
            ObserveNoLeader(view);
        }
        else if (view.Leader != _before.Leader || view.Term != _before.Term)
        {
            LeaderFound(view);
        }

        if (view.Role != _before.Role && view.Role is ReplicaRole.Candidate or ReplicaRole.PreCandidate)
        {
            _logger.Campaigning(_self, view.Role, view.Term);
        }
    }

    private void ObserveNoLeader(ReplicaView view)
    {
        if (_before.Role == ReplicaRole.Leader)
        {
            _logger.LeadershipLost(_self, _before.Term);
        }
        else if (!_before.Leader.IsNone)
        {
            _logger.LeaderLost(_self, _before.Leader, _before.Term);
        }

        if (!_before.Leader.IsNone)
        {
            _leaderlessSince = _time.GetTimestamp();
        }

        if (!_isAlarmed && _time.GetElapsedTime(_leaderlessSince) >= _alarmAfter)
        {
            _isAlarmed = true;
            _logger.MajorityLost(_self, _alarmAfter, view.Term);
        }
    }

    private void LeaderFound(ReplicaView view)
    {
        if (view.Leader == _self)
        {
            _logger.Leading(_self, view.Term);
        }
        else
        {
            _logger.Following(_self, view.Leader, view.Term);
        }

        if (_isAlarmed)
        {
            _isAlarmed = false;
            _logger.MajorityRegained(_self, _time.GetElapsedTime(_leaderlessSince));
        }

        if (view.Leader != _lastLeader)
        {
            _lastLeader = view.Leader;
            _metrics.LeaderChanges.Add(1);
        }
    }

    private void ObserveMembership(ReplicaView view)
    {
        if (ReferenceEquals(view.CommittedConfiguration, _before.CommittedConfiguration))
        {
            return;
        }

        ClusterConfiguration now = view.CommittedConfiguration;
        ClusterConfiguration before = _before.CommittedConfiguration;
        if (now.IsJoint)
        {
            _logger.MembershipChanging(_self, view.CommittedConfigurationIndex);
        }
        else if (before.IsJoint || !IsSame(now.Voters, before.Voters) || !IsSame(now.Learners, before.Learners)
            || !now.Members.Select(AddressOf).SequenceEqual(before.Members.Select(AddressOf)))
        {
            _logger.MembershipChanged(
                _self, view.CommittedConfigurationIndex, Text(now, now.Voters), Text(now, now.Learners));
        }

        if (now.FormatVersion != before.FormatVersion)
        {
            _logger.FormatVersionChanged(_self, now.FormatVersion);
        }
    }

    private void Measure(ReplicaView view, RaftNode node)
    {
        if (view.Role != ReplicaRole.Leader || view.Term != _before.Term)
        {
            _commits.Clear();
            _sentSnapshots.Clear();
        }
        else if (view.LastIndex > _before.LastIndex)
        {
            _commits.Set(view.LastIndex);
        }

        if (view.CommitIndex > _before.CommitIndex)
        {
            _commits.Reach(view.CommitIndex);
            _applies.Set(view.CommitIndex);
        }

        _applies.Reach(view.AppliedIndex);
        if (_metrics.ObservesPeerLag && _time.GetElapsedTime(_lagTaken) >= LagInterval)
        {
            _lagTaken = _time.GetTimestamp();
            _metrics.SetPeerLag(view.Role == ReplicaRole.Leader ? LagOf(node.Status, view.LastIndex) : []);
        }
    }

    private PeerLag[] LagOf(RaftStatus status, ulong lastIndex) =>
    [
        .. status.Peers.Where(peer => peer.Id != _self)
            .Select(peer => new PeerLag(peer.Id, (long)(lastIndex - Math.Min(peer.Match, lastIndex)))),
    ];

    private static bool IsSame(ImmutableArray<MemberId> left, ImmutableArray<MemberId> right) =>
        left.AsSpan().SequenceEqual(right.AsSpan());

    private static (MemberId Id, string Address) AddressOf(ClusterMember member) => (member.Id, member.Address);

    private static string Text(ClusterConfiguration configuration, ImmutableArray<MemberId> ids) => string.Join(
        ", ", ids.Select(id => configuration.Find(id) is { } member ? $"{id} at {member.Address}" : $"{id}"));
}
