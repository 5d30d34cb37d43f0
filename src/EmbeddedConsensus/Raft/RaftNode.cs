namespace EmbeddedConsensus.Raft;

/// <summary>
/// One member's part in Raft, as a pure state machine: it takes inputs and returns effects, does no I/O, keeps no time
/// and starts nothing. The same inputs always have the same effects.
/// </summary>
/// <remarks>
/// <para><b>The loop.</b> A driver owns the node and calls it from one thread at a time. It hands in what arrived
/// (<see cref="Step"/>, <see cref="Propose"/>, <see cref="ReadIndex"/>, <see cref="Tick"/>, completions), reads the
/// clock when leases are in use (<see cref="ObserveClock"/>), then drains:
/// <code>
/// while (!node.Effects.IsEmpty) { RaftEffects effects = node.Effects; /* take over */ effects.Clear(); }
/// </code>
/// Effects are put together when <see cref="Effects"/> is read, not before, so everything that came in since the last
/// drain shares messages, one append and one read round (design decision D3). Read the property anew in each turn;
/// inputs between the read and the <c>Clear</c> are kept for the next turn.</para>
/// <para><b>A write.</b> <see cref="Propose"/> on the leader appends to the log in memory (<see cref="Proposals"/>).
/// The next drain carries the append to the disk and, beside it, the messages to the followers (decision D2,
/// <see cref="LeaderReplication"/>). The driver reports <see cref="AppendCompleted"/>: only now does the leader's own
/// copy count. Followers do the same (<see cref="FollowerReplication"/>), and their answers are held back until the
/// append that makes them true is complete (<see cref="AppendPipeline"/>). When a quorum holds an entry of the leader's
/// term, it and all before it are committed (<see cref="Commitment"/>); the leader's own disk need not be part of that
/// quorum. Committed entries that are durable here come out as pages to apply, in order, each once
/// (<see cref="ApplyPages"/>); the driver reports <see cref="AppliedTo"/>.</para>
/// <para><b>A read.</b> <see cref="ReadIndex"/> ends in one <see cref="ReadIndexResult"/>. On the leader all waiting
/// requests share a round of heartbeats, or need none while a lease holds (<see cref="LeaderReads"/>,
/// <see cref="ReadLease"/>); on a follower each travels to the leader as one message, which the node sends again while
/// it is lost (<see cref="ForwardedReads"/>). The driver makes one request for all the reads that wait.</para>
/// <para><b>An election.</b> <see cref="Tick"/> moves the <see cref="ElectionClock"/>. A member that hears from no
/// leader begins its <see cref="Candidacy"/>; the others answer it (<see cref="Voter"/>). Each change of term, role or
/// leader is one of the <see cref="RoleTransitions"/>.</para>
/// <para><b>The disk.</b> Appends may overlap; they complete in the order of their ids. A <see cref="LogDropEffect"/>
/// is carried out after the append of its own drain and before those of later drains: one writer that takes them in
/// this order is enough. A storage that fails ends the node's life: no completion is reported, and nothing is called
/// any more.</para>
/// <para><b>A slow peer.</b> Entries that left the memory are read by the driver (<see cref="LogReadEffect"/>). Entries
/// that were compacted are replaced by the newest snapshot: the leader asks how far the peer is, then sends pieces
/// (<see cref="SnapshotReadEffect"/>) from there (<see cref="SnapshotTransmission"/>).</para>
/// <para><b>Receiving a snapshot.</b> Begin, Write for each piece, Publish and Restore follow one another
/// (<see cref="SnapshotReceiveEffect"/>, <see cref="SnapshotReception"/>). Once it is published and what was handed out
/// before is applied, the log is reset to the snapshot's position and dropped on disk, and the next append is a barrier
/// after the drop; the leader gets its acknowledgement when that barrier is durable and the state machine restored.
/// </para>
/// <para><b>Snapshots and compaction</b> are the driver's policy: it writes a snapshot of applied state, reports
/// <see cref="SnapshotTaken"/>, and later asks for <see cref="CompactLog"/>, leaving entries for followers that lag a
/// little (<see cref="LogCompaction"/>).</para>
/// <para><b>Membership.</b> <see cref="MembershipView"/> follows the configurations in the log,
/// <see cref="ConfigurationChanges"/> changes them at the leader, and <see cref="MembershipNotices"/> keeps out those
/// that are no members.</para>
/// <para><b>Faults.</b> An <see cref="InvariantViolationException"/> out of any call means that the node must not be
/// used any more. Malformed or outdated messages never cause one.</para>
/// <para>The node itself only takes inputs, dispatches messages and drains effects. What all parts share is in
/// <see cref="RaftState"/>; each part owns the rest of its fields. Sources: Ongaro, "Consensus: Bridging Theory and
/// Practice" (the dissertation); Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (the Raft
/// paper); for storage beside the network, the behaviour of etcd-io/raft with asynchronous storage writes.</para>
/// </remarks>
internal sealed partial class RaftNode
{
    private readonly RaftState _state;
    private readonly Outbox _outbox;

    // Log and replication.
    private readonly AppendPipeline _appends;
    private readonly ApplyPages _pages;
    private readonly LogCompaction _compaction;
    private readonly Commitment _commitment;
    private readonly ProposalBudget _budget;
    private readonly Proposals _proposals;
    private readonly Heartbeats _heartbeats;
    private readonly LeaderReplication _leading;
    private readonly FollowerReplication _following;

    // Elections.
    private readonly Founding _founding;
    private readonly ElectionClock _clock;
    private readonly RoleTransitions _roles;
    private readonly Candidacy _candidacy;
    private readonly Voter _voter;
    private readonly TailDoubt _doubt;
    private readonly LeaderTenure _tenure;
    private readonly LeaderFitness _fitness;
    private readonly LeadershipTransfer _transfer;

    // Reads.
    private readonly ReadLease _lease;
    private readonly ForwardedReads _forwardedReads;
    private readonly LeaderReads _leaderReads;

    // Snapshots and membership.
    private readonly NewestSnapshot _newestSnapshot;
    private readonly SnapshotTransmission _transmission;
    private readonly SnapshotReception _reception;
    private readonly MembershipView _membership;
    private readonly ConfigurationChanges _changes;
    private readonly MembershipNotices _notices;

    /// <summary>A node that begins as a follower with what it remembers.</summary>
    /// <param name="options">The settings.</param>
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
        log.HardState.CheckOwner(options.Id);
        DeterministicRandom random = new(options.Seed);
        RaftLog current = new(log, snapshot?.Position ?? default, options.LogCacheBytes);
        ConfigurationHistory history = ConfigurationHistory.Recover(log, current, snapshot, bootstrap);
        _state = new RaftState(
            options, current, new ProgressTracker(options, history.Latest), log.HardState,
            log.Incarnation, log.MayLackTail);
        _outbox = new Outbox(_state);
        _appends = new AppendPipeline(log.HardState);
        _pages = new ApplyPages(_state, _outbox);
        _clock = new ElectionClock(_state, random);
        _lease = new ReadLease(options.Promise, options.MaxClockDrift);
        _transfer = new LeadershipTransfer(_state, _outbox, _lease);
        _membership = new MembershipView(_state, history, _transfer);
        _notices = new MembershipNotices(_state, _outbox, _membership);
        _commitment = new Commitment(_state, _membership);
        _newestSnapshot = new NewestSnapshot(snapshot);
        _compaction = new LogCompaction(_state, _appends, _newestSnapshot, _membership);
        _following = new FollowerReplication(
            _state, _outbox, _appends, _clock, _commitment, _membership, _notices);
        _reception = new SnapshotReception(
            _state, _outbox, _appends, _commitment, _following, _membership, _notices, _newestSnapshot, _compaction);
        _transmission = new SnapshotTransmission(_state, _outbox, _newestSnapshot, _notices);
        _leading = new LeaderReplication(_state, _outbox, _commitment, _transmission, _notices);
        _budget = new ProposalBudget(options.MaxUncommittedBytes);
        _proposals = new Proposals(_state, _outbox, _budget, _transfer);
        _heartbeats = new Heartbeats(_state, _outbox);
        _leaderReads = new LeaderReads(_state, _outbox, _lease, _heartbeats);
        _forwardedReads = new ForwardedReads(_state, _outbox, firstId: random.NextUInt64());
        _doubt = new TailDoubt(_state, _outbox);
        _changes = new ConfigurationChanges(_state, _membership, _commitment, _leaderReads, _transfer, random);
        Ballots ballots = new(_state);
        _roles = new RoleTransitions(
            _state, _clock, ballots, _transfer, _heartbeats, _budget, _leaderReads, _forwardedReads, _reception,
            _membership, _changes);
        _founding = new Founding(_state, _appends, _membership, _roles);
        _voter = new Voter(_state, _outbox, _appends, _clock, _membership, _founding);
        _candidacy = new Candidacy(
            _state, _outbox, _appends, _clock, ballots, _voter, _roles, _reception, _membership, _founding);
        _tenure = new LeaderTenure(_state, _clock, _roles, _transfer, _membership);
        _fitness = new LeaderFitness(_state, _appends, _pages, _transfer, _roles);
        Begin();
    }

    /// <summary>What is to be done: put together by this read when the effects of the last one were cleared, else the
    /// same again.</summary>
    public RaftEffects Effects
    {
        get
        {
            if (_outbox.Drained.IsEmpty)
            {
                Collect();
                _outbox.Drain();
            }

            return _outbox.Drained;
        }
    }

    /// <summary>Lets one tick pass.</summary>
    public void Tick()
    {
        _state.Now++;
        if (_state.IsLeader)
        {
            TickLeader();
            return;
        }

        _forwardedReads.Tick();
        _doubt.Tick();
        _candidacy.Tick();
    }

    /// <summary>Reports the time. The driver reads its monotonic clock after the inputs of a turn and before the drain:
    /// the reading serves the reads that were handed in before it. Without readings there is no lease.</summary>
    /// <param name="now">The time since a moment that stays the same for the life of the node.</param>
    public void ObserveClock(TimeSpan now) => _lease.ObserveClock(now);

    /// <summary>A read was taken in for a later <see cref="ReadIndex"/>: readings of the clock before this do not serve
    /// it, so the next drain needs a new one.</summary>
    public void ForgetClock() => _lease.ForgetClock();

    /// <summary>Campaigns at once, as if no leader had been heard from: a driver calls it only where no leader can hold
    /// a lease that this member supports. A leader, or a member without a vote, does nothing.</summary>
    public void Campaign() => _candidacy.Begin();

    /// <summary>Takes what the other founders reported, while <see cref="IsAskingFounders"/>.</summary>
    /// <param name="reports">The reports, in any order. All of them were asked for in this life of the
    /// node.</param>
    public void TakeReports(ReadOnlySpan<FounderReport> reports) => _founding.Take(reports);

    /// <summary>Hands leadership to a member: the leader stops taking proposals, brings the member up to date and tells
    /// it to campaign. If the member does not take over within an election timeout, the leader goes on. A follower asks
    /// its leader to do so. Without a leader, or with a target that leads already, or is no voter or will soon be none,
    /// nothing happens.</summary>
    /// <param name="target">The next leader.</param>
    public void TransferLeadership(MemberId target) => _transfer.Request(target);

    /// <summary>Proposes commands. On the leader they are appended, all or none; elsewhere they are sent to the leader.
    /// </summary>
    /// <param name="payloads">One command each. The memory is kept, not copied.</param>
    /// <param name="batch">The number by which <see cref="RaftEffects.RefusedProposals"/> names them, if the leader
    /// refuses them.</param>
    public ProposeResult Propose(ReadOnlySpan<ReadOnlyMemory<byte>> payloads, ulong batch = 0) =>
        _proposals.Propose(payloads, batch);

    /// <summary>Asks for a read index. The request ends in exactly one <see cref="ReadIndexResult"/>; messages that get
    /// lost on the way are sent again.</summary>
    /// <param name="requestId">The caller's name for the request; in use for no other request that is open.</param>
    public void ReadIndex(ulong requestId)
    {
        bool isAccepted = _state.IsLeader ? _leaderReads.TryAdd(requestId) : _forwardedReads.TryAdd(requestId);
        if (!isAccepted)
        {
            _outbox.Gathering.ReadResults.Add(new ReadIndexResult(requestId, IsConfirmed: false, Index: 0));
        }
    }

    /// <summary>Decides what a change of the membership would come to, without doing it.</summary>
    /// <param name="change">The change.</param>
    public ChangeDecision Decide(ConfigurationChange change) => _changes.Decide(change);

    /// <summary>Begins a change, or finds that there is nothing to do. A change that has begun goes on by itself, also
    /// under another leader; ask again to find out what became of it.</summary>
    /// <param name="change">The change.</param>
    public ChangeDecision Change(ConfigurationChange change) => _changes.Begin(change);

    /// <summary>Reports that messages to a member may have been lost, so that the window is given up at once instead of
    /// with the next heartbeats.</summary>
    /// <param name="peer">The member; one that is not known changes nothing.</param>
    public void PeerUnreachable(MemberId peer)
    {
        if (_state.IsLeader && peer != _state.Id && _state.Tracker.FindPeer(peer) is { } progress)
        {
            progress.BecomeUnreachable();
        }
    }

    /// <summary>Reports that an append is durable. Appends complete in the order of their ids.</summary>
    /// <param name="appendId">The append.</param>
    /// <exception cref="InvariantViolationException">It is not the oldest one that is under way.</exception>
    public void AppendCompleted(ulong appendId)
    {
        (ulong stable, ulong ownVoteTerm) = _appends.Complete(appendId, _outbox.Gathering.Messages);
        if (stable > _state.Log.Stable)
        {
            _state.Log.StableTo(stable);
            if (_state.IsLeader && _state.Self is { } self && self.Acknowledge(stable))
            {
                _commitment.AdvanceByQuorum();
            }
        }

        _candidacy.OwnVoteIsDurable(ownVoteTerm);
    }

    /// <summary>Reports how far the state machine has applied. It may stop inside a page.</summary>
    /// <param name="index">The last applied index.</param>
    /// <exception cref="InvariantViolationException">The index was never handed out, or is below an earlier one.
    /// </exception>
    public void AppliedTo(ulong index)
    {
        _pages.AppliedTo(index);
        _budget.Release(index);
    }

    /// <summary>Reports the entries of a <see cref="LogReadEffect"/>, or that they are gone. A read that no peer waits
    /// for any more changes nothing.</summary>
    /// <param name="result">The entries.</param>
    public void LogReadCompleted(LogReadResult result) => _leading.LogReadCompleted(result);

    /// <summary>Reports that a snapshot of this node's own state was published. Transfers that are under way go on with
    /// the snapshot that they began with.</summary>
    /// <param name="metadata">The snapshot.</param>
    /// <param name="length">Its length, in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The snapshot is empty, or not of applied state.</exception>
    public void SnapshotTaken(SnapshotMetadata metadata, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(metadata.Position.Index, _state.Log.Applied, nameof(metadata));
        if (ConfigurationAt(metadata.Position.Index) is { } configuration && configuration != metadata.Configuration)
        {
            throw new InvariantViolationException(
                $"The snapshot at index {metadata.Position.Index} carries another configuration than the one that was "
                + "in force there.");
        }

        _newestSnapshot.Keep(metadata, length);
    }

    /// <summary>Reports the bytes of a <see cref="SnapshotReadEffect"/>. A read that no peer waits for any more changes
    /// nothing.</summary>
    /// <param name="result">The bytes, or that the snapshot is gone.</param>
    /// <exception cref="ArgumentException">There are no bytes although the snapshot is there.</exception>
    public void SnapshotReadCompleted(in SnapshotReadResult result) => _transmission.ReadCompleted(result);

    /// <summary>Reports that a piece of a received snapshot was written.</summary>
    /// <param name="stepId">The id of the effect. One of a snapshot that was given up changes nothing.</param>
    public void SnapshotChunkWritten(ulong stepId) => _reception.ChunkWritten(stepId);

    /// <summary>Reports that a received snapshot is durable and visible.</summary>
    /// <param name="stepId">The id of the effect.</param>
    public void SnapshotPublished(ulong stepId) => _reception.Published(stepId);

    /// <summary>Reports that the state machine holds a received snapshot's state.</summary>
    /// <param name="stepId">The id of the effect.</param>
    public void SnapshotRestored(ulong stepId) => _reception.Restored(stepId);

    /// <summary>Forgets the log up to an index, in memory now and on disk by the next drain's
    /// <see cref="LogDropEffect"/>. Entries that a peer needs that is receiving a snapshot, or has just received one,
    /// stay for a few calls more.</summary>
    /// <param name="throughIndex">The last index to forget. One that is already forgotten changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is beyond the newest snapshot or what is applied.
    /// </exception>
    public void CompactLog(ulong throughIndex) => _compaction.CompactThrough(throughIndex);

    private void Begin()
    {
        if (_state.Log.WasReplacedBySnapshot)
        {
            _compaction.DropForSnapshot();
        }

        _clock.Restart();
        _membership.CollectPeers();
        _membership.ObserveCommitted();

        _clock.BeginPromise(isAlone: _membership.IsOnlyVoter);
    }

    private void TickLeader()
    {
        if (!_tenure.Tick())
        {
            return;
        }

        _transfer.Tick();
        if (!_fitness.Tick())
        {
            return;
        }

        _changes.Tick();
        if (_heartbeats.Tick())
        {
            _heartbeats.Send(_leaderReads.RoundOfHeartbeat());
            _transfer.Repeat();
            _leading.HeartbeatsSent();
        }
    }

    /// <summary>Turns the state into effects: everything that profits from being done once for many inputs.</summary>
    private void Collect()
    {
        if (_state.IsLeader)
        {
            _changes.Advance();
            _leaderReads.Begin();
            _transfer.SendTimeoutNow();
            _leading.SendAppends();
            _tenure.ResignWithoutVote();
        }

        _reception.Install();
        _doubt.Advance(_reception.IsInstalling);
        CollectStorage();
        if (!_reception.IsInstalling)
        {
            _pages.Collect();
        }

        _state.Log.Evict();
        _clock.EndTurn();
        _lease.ForgetClock();
    }

    private void CollectStorage()
    {
        RaftEffects effects = _outbox.Gathering;
        bool mayAppend = _compaction.TakeDue(out LogDropEffect? drop);
        effects.LogDrop = drop;
        if (mayAppend)
        {
            effects.Append = _appends.Issue(_state.Log, _state.HardState, _state.Now, effects.Messages);
        }
    }
}
