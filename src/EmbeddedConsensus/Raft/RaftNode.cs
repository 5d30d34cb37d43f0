using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>
/// One member's part in Raft, as a pure state machine: it takes inputs and gives effects, and does no I/O, keeps no
/// time and starts nothing. The same inputs always give the same effects.
/// </summary>
/// <remarks>
/// <para><b>The loop.</b> A driver owns the node and calls it from one thread at a time. It hands in whatever arrived
/// (<see cref="Step"/>, <see cref="Propose"/>, <see cref="ReadIndex"/>, <see cref="Tick"/>, completions), reads the
/// clock when leases are in use (<see cref="ObserveClock"/>), then drains:
/// <code>
/// while (!node.Effects.IsEmpty) { RaftEffects effects = node.Effects; /* take over */ effects.Clear(); }
/// </code>
/// Effects are put together when <see cref="Effects"/> is read, not before, so everything that came in since the last
/// drain shares messages, one append and one read round (design decision D3). Read the property anew in each turn;
/// inputs given between the read and the <c>Clear</c> are kept for the next turn.</para>
/// <para><b>A write.</b> <see cref="Propose"/> on the leader appends to the log in memory. The next drain carries the
/// append to the disk and, beside it, the messages to the followers (decision D2). The driver reports
/// <see cref="AppendCompleted"/>: only now does the leader's own copy count. Followers do the same, and their answers
/// are held back until the append that makes them true is complete. When a quorum holds an entry of the leader's term,
/// it and all before it are committed; the leader's own disk need not be part of that quorum. Committed entries that
/// are durable here come out as pages to apply, in order, each once; the driver reports <see cref="AppliedTo"/>.</para>
/// <para><b>A read.</b> <see cref="ReadIndex"/> ends in one <see cref="ReadIndexResult"/>. On the leader all waiting
/// reads share a round of heartbeats, or need none while a lease holds; on a follower they travel to the leader as one
/// message, which the node sends again while it is lost.</para>
/// <para><b>The disk.</b> Appends may overlap; they complete in the order of their ids. A <see cref="LogDropEffect"/>
/// goes behind the append of its own drain and before those of later drains: one writer that takes them in this order
/// is enough. A storage that fails ends the node's life: no completion is reported, and nothing is called any
/// more.</para>
/// <para><b>A slow peer.</b> Entries that left the memory are read by the driver (<see cref="LogReadEffect"/>). Entries
/// that were compacted are replaced by the newest snapshot: the leader asks how far the peer is, then sends pieces
/// (<see cref="SnapshotReadEffect"/>) from there.</para>
/// <para><b>Receiving a snapshot.</b> Begin, Write for each piece, Publish and Restore come one behind the other
/// (<see cref="SnapshotReceiveEffect"/>). Once it is published and what was handed out before is applied, the log is
/// reset to the snapshot's position and dropped on disk, and the next append is a barrier behind the drop; the leader
/// gets its acknowledgement when that barrier is durable and the state machine restored.</para>
/// <para><b>Snapshots and compaction</b> are the driver's policy: it writes a snapshot of applied state, reports
/// <see cref="SnapshotTaken"/>, and later asks for <see cref="CompactLog"/>, leaving entries for followers that lag a
/// little.</para>
/// <para><b>Faults.</b> An <see cref="InvariantViolationException"/> out of any call means that the node must not be
/// used any more. Malformed or outdated messages never cause one.</para>
/// <para>The parts: <see cref="RaftLog"/> holds the log, <see cref="AppendPipeline"/> what waits for the disk,
/// <see cref="ProgressTracker"/> the members and the quorums, <see cref="ReadRounds"/> and <see cref="ForwardedReads"/>
/// the reads. The node's own files follow the concerns: terms and messages, elections, following, replication,
/// proposals, reads, transfer, sending and receiving snapshots, completions. Sources: Ongaro, "Consensus: Bridging
/// Theory and Practice" (the dissertation); Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm"
/// (the Raft paper); for storage beside the network, the behaviour of etcd-io/raft with asynchronous storage writes.
/// </para>
/// </remarks>
internal sealed partial class RaftNode
{
    private readonly RaftOptions _options;
    private readonly RaftLog _log;
    private readonly ProgressTracker _tracker;
    private readonly AppendPipeline _appends;
    private readonly ReadRounds _rounds;
    private readonly ForwardedReads _forwards;
    private DeterministicRandom _random;

    // What inputs cause at once is gathered here; a drain swaps the two.
    private RaftEffects _gathering = new();
    private RaftEffects _drained = new();

    private RaftRole _role = RaftRole.Follower;
    private ulong _term;
    private MemberId _vote;
    private MemberId _leader;

    private LogDropEffect? _logDrop;
    private bool _isLogReset;

    /// <summary>A node that begins as a follower with what it remembers.</summary>
    /// <param name="options">How to behave.</param>
    /// <param name="log">What the log storage recovered.</param>
    /// <param name="snapshot">The newest published snapshot, from which the state machine has been restored; null when
    /// there is none.</param>
    /// <param name="bootstrap">The membership before the first entry, used when log and snapshot know of none: the list
    /// of members that a new cluster begins with, or an empty one for a member that joins a running cluster.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvariantViolationException">Log and snapshot do not fit each other: entries are missing. Or
    /// another member wrote them.</exception>
    /// <exception cref="ClusterConfigurationFormatException">A configuration in the log cannot be read.</exception>
    public RaftNode(
        RaftOptions options, RecoveredLog log, SnapshotMetadata? snapshot, ClusterConfiguration bootstrap)
    {
        options.Validate();
        CheckOwner(options.Id, log.HardState);
        _options = options;
        _random = new DeterministicRandom(options.Seed);
        _newestSnapshot = snapshot;
        _log = new RaftLog(log, snapshot?.Position ?? default, options.LogCacheBytes);
        _history = Recover(log, _log, snapshot, bootstrap);
        _tracker = new ProgressTracker(options, _history.Latest);
        _committedConfiguration = _history.Latest;
        _lease = new ReadLease(options.Promise, options.MaxClockDrift);
        _appends = new AppendPipeline(log.HardState);
        _rounds = new ReadRounds(options.MaxPendingReads);
        _forwards = new ForwardedReads(options.MaxPendingReads, _random.NextUInt64());
        _term = log.HardState.Term;
        _vote = log.HardState.Vote;
        _foundingVotes = log.HardState.FoundingVotes;
        if (_term < _log.LastPosition.Term && !_log.WasReplacedBySnapshot && _log.LastIndex > _log.Start.Index)
        {
            throw new InvariantViolationException(
                $"The hard state's term is {_term} and the log ends in term {_log.LastPosition.Term}: it was lost.");
        }

        // A snapshot may be published in a term that was not yet written when the crash came.
        if (_term < _log.LastPosition.Term)
        {
            _term = _log.LastPosition.Term;
            _vote = MemberId.None;
        }

        if (_log.WasReplacedBySnapshot)
        {
            DropLogForSnapshot();
        }

        ResetElectionTimer();
        CollectPeers();
        ObserveCommittedConfiguration();
        BeginPromise();
    }

    /// <summary>What is to be done: put together by this read when the effects of the last one were cleared, else the
    /// same again.</summary>
    public RaftEffects Effects
    {
        get
        {
            if (_drained.IsEmpty)
            {
                Collect();
                (_drained, _gathering) = (_gathering, _drained);
            }

            return _drained;
        }
    }

    /// <summary>What the node does.</summary>
    public RaftRole Role => _role;

    /// <summary>The current term.</summary>
    public ulong Term => _term;

    /// <summary>The leader, or none when it is not known.</summary>
    public MemberId Leader => _leader;

    /// <summary>The commit index.</summary>
    public ulong CommitIndex => _log.Commit;

    /// <summary>The term of the entry at an index, or null when the log does not reach there (any more).</summary>
    /// <param name="index">The index; the last dropped entry still counts.</param>
    public ulong? TermAt(ulong index) => _log.TermAt(index);

    /// <summary>The state in full.</summary>
    public RaftStatus Status => new()
    {
        Id = _options.Id,
        Role = _role,
        Term = _term,
        Vote = _vote,
        Leader = _leader,
        Commit = _log.Commit,
        Applied = _log.Applied,
        FirstIndex = _log.Start.Index + 1,
        LastIndex = _log.LastIndex,
        StableIndex = _log.Stable,
        Configuration = _tracker.Configuration,
        LeadTransferee = _transferee,
        Peers = _role == RaftRole.Leader ? PeerStatuses() : [],
    };

    private ImmutableArray<PeerStatus> PeerStatuses()
    {
        var peers = ImmutableArray.CreateBuilder<PeerStatus>(_tracker.Members.Length);
        foreach (Progress peer in _tracker.Members)
        {
            peers.Add(new PeerStatus(
                peer.Id, peer.IsLearner, peer.State, peer.Match, peer.Next, peer.IsActive,
                peer.Transfer?.Metadata.Position ?? default));
        }

        return peers.DrainToImmutable();
    }

    /// <summary>Turns the state into effects: everything that profits from being done once for many inputs.</summary>
    private void Collect()
    {
        if (_role == RaftRole.Leader)
        {
            AdvanceMembership();
            BeginReadRounds();
            SendTimeoutNow();
            SendAppends();
            ResignWithoutVote();
        }
        else
        {
            ForwardReads();
        }

        InstallSnapshot();
        CollectStorage();
        CollectPages();
        _log.Evict();
        _isLeaderHeardInTurn = false;
        _lease.ForgetClock();
    }

    private void CollectStorage()
    {
        _gathering.LogDrop = _logDrop;
        _logDrop = null;
        if (_isLogReset)
        {
            // Entries behind an installed snapshot may only be written behind the drop, so not in this drain.
            _isLogReset = false;
            return;
        }

        // Not beyond what is durable: a torn write may keep the hard state and lose the entries that came with it.
        HardState state = new(
            _term, _vote, Math.Min(_log.Commit, _log.Stable), _options.Id, _foundingVotes);
        _gathering.Append = _appends.Issue(_log, state, _gathering.Messages);
    }

    private void DropLogForSnapshot()
    {
        _logDrop = new LogDropEffect(_log.Start);
        _isLogReset = true;
        _appends.RequireBarrier();
    }

    private RaftMessage To(MemberId receiver, RaftMessageType type) =>
        new()
        {
            Type = type, From = _options.Id, To = receiver, Term = _term, ClusterId = _committedConfiguration.ClusterId,
        };

    private void Send(in RaftMessage message)
    {
        if (IsFromLeader(message.Type) && _role != RaftRole.Leader)
        {
            throw new InvariantViolationException(
                $"Election Safety: a {message.Type} of term {_term} would leave a member that does not lead.");
        }

        if (message.Type == RaftMessageType.TimeoutNow)
        {
            _lease.Refuse();
        }

        _gathering.Messages.Add(message);
    }
}
