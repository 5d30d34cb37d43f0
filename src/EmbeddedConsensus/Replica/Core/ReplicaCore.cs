using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// The deterministic part of a replica: a <see cref="RaftNode"/>, the calls that wait for it, and the decisions when to
/// propose, to read and to take a snapshot. It does no I/O and knows no clock; the consensus thread and the simulator
/// drive this very class.
/// </summary>
/// <remarks>
/// The driver's turn: pass inputs (calls, messages, ticks, completions), then <see cref="Pump"/>, execute and clear
/// <see cref="Effects"/>, and repeat that while it returns true. An append must be durable before
/// <see cref="AppendCompleted"/>.
/// </remarks>
internal sealed class ReplicaCore
{
    private readonly ReplicaCoreOptions _options;
    private readonly SnapshotPolicy _snapshots;
    private readonly CallQueue<PendingProposal> _waitingWrites;
    private readonly CallQueue<PendingRead> _waitingReads;

    private ulong _now;
    private ulong _applied;
    private MemberId _knownLeader;
    private ulong _knownTerm;
    private ulong _lowestInFlight;
    private ulong _writesStalledTicks;

    /// <summary>Creates the core of a recovered replica.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="node">The consensus state, recovered from the replica's storage.</param>
    /// <param name="self">This member.</param>
    /// <param name="incarnation">Which life of the member this is; never used before.</param>
    public ReplicaCore(ReplicaCoreOptions options, RaftNode node, MemberId self, ulong incarnation)
    {
        _options = options;
        Node = node;
        _applied = node.AppliedIndex;
        Admission = new CallAdmission(options);
        Proposals = new ProposalTracker(options, self, incarnation);
        Reads = new ReadTracker(options);
        _waitingWrites = new CallQueue<PendingProposal>(Admission.Writes, options.MaxWaitingCalls, Proposals.Submit);
        _waitingReads = new CallQueue<PendingRead>(Admission.Reads, options.MaxWaitingCalls, Reads.Submit);
        Changes = new ConfigurationTracker();
        Inspection = new ProposalInspection(options.NewestFormat);
        _snapshots = new SnapshotPolicy(options, _applied);
    }

    /// <summary>The consensus state.</summary>
    public RaftNode Node { get; }

    /// <summary>The effects that the driver has to execute.</summary>
    public RaftEffects Effects => Node.Effects;

    /// <summary>The bounds of the calls; every call passes them before it is submitted.</summary>
    public CallAdmission Admission { get; }

    /// <summary>The writes of this replica's callers.</summary>
    public ProposalTracker Proposals { get; }

    /// <summary>The linearizable reads of this replica's callers.</summary>
    public ReadTracker Reads { get; }

    /// <summary>The membership changes of this replica's callers, and of members that asked it.</summary>
    public ConfigurationTracker Changes { get; }

    /// <summary>Whether the driver should take a snapshot of the applied state now, and call
    /// <see cref="SnapshotBegun"/>.</summary>
    public bool SnapshotIsDue => _snapshots.IsDue(_now);

    /// <summary>For how many ticks work has waited without progress: an append that the disk does not complete, or
    /// writes of this replica's callers, none of which is applied. Zero when nothing waits.</summary>
    public ulong StalledTicks => Math.Max(Node.OldestAppendTicks, _writesStalledTicks);

    /// <summary>One tick passes.</summary>
    public void Tick()
    {
        _now++;
        Node.Tick();
        Proposals.Expire(_now, hasLeader: !Node.Leader.IsNone);
        Reads.Expire(_now);
        _waitingWrites.Expire(_now);
        _waitingReads.Expire(_now);
        bool isStalled = Proposals.WaitingCount + Proposals.InFlightCount > 0
            && Proposals.LowestInFlight == _lowestInFlight;
        _writesStalledTicks = isStalled ? _writesStalledTicks + 1 : 0;
        _lowestInFlight = Proposals.LowestInFlight;
    }

    /// <summary>A caller writes.</summary>
    public void Submit(PendingProposal proposal)
    {
        SetDeadline(proposal);
        if (proposal.IsWaiting)
        {
            _waitingWrites.Add(proposal);
            return;
        }

        Proposals.Submit(proposal);
    }

    /// <summary>A caller reads.</summary>
    public void Submit(PendingRead read)
    {
        // The call may be later than the last reading of the clock, so that reading must not serve it.
        Node.ForgetClock();
        SetDeadline(read);
        if (read.IsWaiting)
        {
            _waitingReads.Add(read);
            return;
        }

        Reads.Submit(read);
    }

    /// <summary>Observes the clock after the inputs of a turn: see <see cref="RaftNode.ObserveClock"/>.</summary>
    /// <param name="now">The time since a fixed moment of the replica's life.</param>
    public void ObserveClock(TimeSpan now) => Node.ObserveClock(now);

    /// <summary>A caller changes the membership. At a member that does not lead the call ends with
    /// <see cref="MembershipRefusal.NotLeader"/>. It completes when the whole change is committed.</summary>
    public void Submit(PendingConfigurationChange change)
    {
        SetDeadline(change);
        Changes.Submit(change);
    }

    /// <summary>Inspects the proposals of other members.</summary>
    public ProposalInspection Inspection { get; }

    /// <summary>A message arrived.</summary>
    public void Step(in RaftMessage message)
    {
        // Its sender gets an answer, so that it does not repeat it.
        Node.Step(Inspection.IsSound(message) ? message : message with { Entries = default, Reject = true });
    }

    /// <summary>An append is durable.</summary>
    public void AppendCompleted(ulong appendId) => Node.AppendCompleted(appendId);

    /// <summary>The transport dropped a message with proposals at once.</summary>
    /// <param name="batch">The <see cref="RaftMessage.Context"/> of the message.</param>
    public void ProposalsDropped(ulong batch) => Proposals.BatchDropped(batch, _now);

    /// <summary>The state machine has applied and published all entries up to an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="bytes">The size of the entries since the last call.</param>
    public void Applied(ulong index, long bytes)
    {
        _applied = index;
        Node.AppliedTo(index);
        _snapshots.Applied(index, bytes);
        Reads.Release(index);
    }

    /// <summary>The driver begins to write a snapshot, with <see cref="RaftNode.ConfigurationAt"/> of the last index in
    /// the state that it writes.</summary>
    public void SnapshotBegun() => _snapshots.Begin();

    /// <summary>The driver aborted the snapshot that it began, because a newer one came from the leader.</summary>
    public void SnapshotAborted() => _snapshots.Aborted();

    /// <summary>The driver found no room for the snapshot that it began. It is due again later; the log keeps what the
    /// snapshot would have freed.</summary>
    public void SnapshotPostponed() => _snapshots.Postponed(_now);

    /// <summary>The driver's snapshot is published: the log before it is dropped, except for a tail.</summary>
    /// <param name="metadata">The snapshot's metadata.</param>
    /// <param name="length">Its length, in bytes.</param>
    public void SnapshotTaken(SnapshotMetadata metadata, long length)
    {
        _snapshots.Published(length);
        Node.SnapshotTaken(metadata, length);
        Node.CompactLog(_snapshots.CompactionIndex(metadata.Position.Index));
    }

    /// <summary>The state machine was restored from a snapshot of the leader.</summary>
    /// <param name="step">The step that asked for it.</param>
    /// <param name="sessions">The proposals that the snapshot contains.</param>
    public void SnapshotRestored(in SnapshotReceiveEffect step, ProposalSessions sessions)
    {
        _applied = step.Metadata.Position.Index;
        Node.SnapshotRestored(step.Id);
        _snapshots.Restored(_applied, step.TotalLength);
        Proposals.SnapshotRestored(sessions);
        Reads.Release(_applied);
    }

    /// <summary>Turns a batch of inputs into <see cref="Effects"/>.</summary>
    /// <returns>Whether to pump again after the effects are executed and cleared.</returns>
    public bool Pump()
    {
        if (Node.Leader != _knownLeader || Node.Term != _knownTerm)
        {
            _knownLeader = Node.Leader;
            _knownTerm = Node.Term;
            if (!_knownLeader.IsNone)
            {
                Proposals.ProposeAgain(_now);
            }
        }
        else if (!_knownLeader.IsNone)
        {
            Proposals.RetryIfOverdue(_now);
        }

        _waitingWrites.Admit();
        _waitingReads.Admit();
        Changes.Advance(Node, _now);
        Proposals.Propose(Node, _now);
        Reads.BeginRound(Node);

        // Reading the effects closes them for further inputs, so everything else comes before.
        foreach (ReadIndexResult result in Effects.ReadResults)
        {
            Reads.EndRound(result, _applied);
        }

        Effects.ReadResults.Clear();
        foreach (RefusedBatch refused in Effects.RefusedProposals)
        {
            if (refused.IsUnsound)
            {
                Proposals.BatchUnsound(refused.Batch, _now);
            }
            else
            {
                Proposals.BatchRefused(refused.Batch, _now);
            }
        }

        Effects.RefusedProposals.Clear();
        return Reads.CanBegin(Node) || _waitingWrites.CanAdmit || _waitingReads.CanAdmit;
    }

    /// <summary>Ends every call because the replica stops.</summary>
    /// <param name="reason">What calls fail with that were not executed: reads, writes that were never proposed, and
    /// all that wait for room.</param>
    public void FailAll(Exception reason)
    {
        Proposals.FailAll(reason);
        Reads.FailAll(reason);
        _waitingWrites.FailAll(reason);
        _waitingReads.FailAll(reason);
        Changes.FailAll(reason);
    }

    private void SetDeadline(PendingCall call) => call.DeadlineTick =
        _options.RequestTimeoutTicks == 0 ? ulong.MaxValue : _now + _options.RequestTimeoutTicks;
}
