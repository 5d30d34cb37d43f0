using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica;

/// <summary>The running parts of a recovered replica, wired together: its three threads, the log batcher and the
/// snapshot tasks.</summary>
internal sealed class ReplicaEngine : IApplyLoopEvents
{
    private readonly LogBatcher _batcher;
    private readonly ILogger _logger;
    private readonly MemberId _self;
    private readonly ReplicaSnapshots _snapshots;
    private readonly ReplicaTransport _transport;
    private readonly bool _isOnlyVoter;

    /// <summary>Wires the parts together. Nothing runs yet.</summary>
    /// <param name="recovered">What the replica starts with; its state machine is owned by the engine from here on.
    /// </param>
    /// <param name="settings">The settings.</param>
    /// <param name="storage">The storage, recovered; not owned.</param>
    /// <param name="transport">The transport; not owned.</param>
    /// <param name="membership">The membership service.</param>
    /// <param name="events">Takes what consensus reports of the replica's life.</param>
    /// <param name="time">The source of time.</param>
    /// <param name="logger">The replica's log.</param>
    /// <param name="metrics">The replica's instruments; not owned.</param>
    /// <param name="schedule">The schedule of a test; null in production.</param>
    /// <param name="stopped">Cancelled when the replica stops.</param>
    public ReplicaEngine(
        RecoveredReplica recovered, ReplicaSettings settings, ReplicaStorage storage, ReplicaTransport transport,
        MembershipService membership, IConsensusLoopEvents events, TimeProvider time, ILogger logger,
        StoreMetrics metrics, IReplicaSchedule? schedule, CancellationToken stopped)
    {
        _transport = transport;
        _logger = logger;
        _self = settings.Self;
        ReplicaCore core = new(settings.Core(), recovered.Node, settings.Self, recovered.Incarnation);
        _isOnlyVoter = recovered.Node.IsOnlyVoter;
        Inbox = new ConsensusInbox(core);
        Apply = new ApplyLoop(
            recovered.Machine, storage.Log, core.Proposals, settings.Self, recovered.Incarnation, settings.Leases,
            settings.MaxWatchBytes, time, this, schedule);
        Watch = new WatchLoop(Apply.Watches, settings.Self, Inbox.Failed, schedule);
        _batcher = new LogBatcher(storage.Log, Inbox, metrics.FlushDuration, time);
        _snapshots = new ReplicaSnapshots(
            storage.Snapshots, recovered.SnapshotIndex, settings, Inbox, Apply, logger, schedule, stopped);
        ViewObserver observer = new(settings, logger, metrics, time);
        EffectExecutor executor = new(
            storage.Log, _batcher, transport, Apply, _snapshots, membership, Inbox, observer, stopped);
        Consensus = new ConsensusLoop(core, Inbox, executor, settings, time, events, observer, schedule);
    }

    /// <summary>The inputs of the consensus thread.</summary>
    public ConsensusInbox Inbox { get; }

    /// <summary>The consensus thread.</summary>
    public ConsensusLoop Consensus { get; }

    /// <summary>The apply thread.</summary>
    public ApplyLoop Apply { get; }

    /// <summary>The thread that serves the watchers.</summary>
    private WatchLoop Watch { get; }

    /// <summary>The index of the newest snapshot; 0 when there is none.</summary>
    public ulong SnapshotIndex => _snapshots.NewestIndex;

    /// <summary>Why the next snapshot waits; null when it does not.</summary>
    public string? SnapshotFault => _snapshots.Postponement?.Message;

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        if (_isOnlyVoter && (Consensus.View.LastIndex > 0 || !_transport.IsOpen))
        {
            // No other member leads or could win, so there is nothing to wait for. With an empty disk a cluster that
            // this member has forgotten may still reach it: then it listens for an election timeout.
            Inbox.Post(static core => core.Node.Campaign());
        }

        Apply.Start();
        Watch.Start();
        Consensus.Start();
    }

    /// <summary>Writes nothing more to the log: the replica is faulted.</summary>
    public void StopWriting() => _batcher.Stop();

    /// <summary>Stops the threads, ends every call and every watch, and waits for the tasks.</summary>
    /// <param name="reason">What the calls and watches end with.</param>
    public async Task StopAsync(Exception reason)
    {
        // Joining blocks, and the threads may wait for the storage's tasks: keep it off the thread pool.
        await Task.Factory.StartNew(
            () =>
            {
                Consensus.StopAndFail(reason);
                Apply.StopAndJoin();
                Watch.StopAndJoin();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        Apply.Watches.End(reason);
        _snapshots.Close();
        await Task.WhenAll(_batcher.Idle, _snapshots.Idle).ConfigureAwait(false);
        Consensus.Dispose();
        Apply.Dispose();
        Watch.Dispose();
    }

    /// <inheritdoc />
    void IApplyLoopEvents.Applied(ulong index, long bytes) => Inbox.Applied(index, bytes);

    /// <inheritdoc />
    void IApplyLoopEvents.EventsPublished() => Watch.Wake();

    /// <inheritdoc />
    void IApplyLoopEvents.Captured(StateSnapshot snapshot) => _snapshots.Write(snapshot);

    /// <inheritdoc />
    void IApplyLoopEvents.Restored(SnapshotReceiveEffect step, ReplicatedStateMachine machine) =>
        _snapshots.Restored(step, machine);

    /// <inheritdoc />
    void IApplyLoopEvents.CommandDropped(string fault) => _logger.CommandDropped(_self, fault);

    /// <inheritdoc />
    void IApplyLoopEvents.Propose(LeaseProposal proposal) => Inbox.Submit(proposal);

    /// <inheritdoc />
    void IFaultEvents.Failed(Exception exception) => Inbox.Failed(exception);
}
