using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica;

/// <summary>The snapshots of a replica: it writes its own, sends them to lagging followers, and receives those of the
/// leader. All of it runs beside consensus and apply, and reports to consensus.</summary>
internal sealed class ReplicaSnapshots : ISnapshotSenderEvents, ISnapshotReceiverEvents
{
    private readonly ISnapshotStorage _storage;
    private readonly ConsensusInbox _consensus;
    private readonly ApplyLoop _apply;
    private readonly MemberId _self;
    private readonly ILogger _logger;
    private readonly IReplicaSchedule? _schedule;
    private readonly CancellationToken _stopped;
    private readonly SnapshotSender _sender;
    private readonly SnapshotReceiver _receiver;
    private Task _writing = Task.CompletedTask;

    // Pinned on the apply thread and not yet taken by the consensus thread, which may have taken its last turn.
    private StateSnapshot? _captured;
    private ulong _newestIndex;
    private StorageException? _postponement;
    private bool _isSending;

    /// <summary>Creates the tasks of a recovered replica.</summary>
    /// <param name="storage">Where snapshots are kept.</param>
    /// <param name="newestIndex">The index of the newest; 0 for none.</param>
    /// <param name="settings">The replica's settings.</param>
    /// <param name="consensus">What the tasks report to.</param>
    /// <param name="apply">Takes the leader's snapshots.</param>
    /// <param name="logger">The replica's log.</param>
    /// <param name="schedule">The schedule of a test; null in production.</param>
    /// <param name="stopped">Cancelled when the replica stops.</param>
    public ReplicaSnapshots(
        ISnapshotStorage storage, ulong newestIndex, ReplicaSettings settings, ConsensusInbox consensus,
        ApplyLoop apply, ILogger logger, IReplicaSchedule? schedule, CancellationToken stopped)
    {
        _storage = storage;
        _newestIndex = newestIndex;
        _self = settings.Self;
        _consensus = consensus;
        _apply = apply;
        _logger = logger;
        _schedule = schedule;
        _stopped = stopped;
        _sender = new SnapshotSender(storage, this, schedule);
        _receiver = new SnapshotReceiver(storage, settings.Mvcc, settings.NewestFormat, this, schedule);
    }

    /// <summary>The index of the newest snapshot; 0 when there is none.</summary>
    public ulong NewestIndex => Volatile.Read(ref _newestIndex);

    /// <summary>Why the next snapshot waits; null when it does not.</summary>
    public StorageException? Postponement => Volatile.Read(ref _postponement);

    /// <summary>Completes when everything so far is done.</summary>
    public Task Idle => Task.WhenAll(_sender.Idle, _receiver.Idle, _writing);

    /// <summary>Reads a chunk for a follower. Called on the consensus thread.</summary>
    public void Read(in SnapshotReadEffect read)
    {
        _isSending = true;
        _sender.Read(read);
    }

    /// <summary>Executes a step of receiving a snapshot.</summary>
    public void Receive(in SnapshotReceiveEffect step) => _receiver.Enqueue(step);

    /// <summary>No follower needs a snapshot now: the one that was being sent may go. Called on the consensus
    /// thread.</summary>
    public void ReleaseSent()
    {
        if (_isSending)
        {
            _isSending = false;
            _sender.Release();
        }
    }

    /// <summary>Writes a pinned state and publishes it.</summary>
    public void Write(StateSnapshot state)
    {
        Volatile.Write(ref _captured, state);
        _consensus.Post(core => Write(core, state));
    }

    private void Write(ReplicaCore core, StateSnapshot state)
    {
        Volatile.Write(ref _captured, null);
        if (core.Node.ConfigurationAt(state.Position.Index) is { } configuration)
        {
            _writing = Task.WhenAll(_writing, WriteAsync(state, configuration));
        }
        else
        {
            // A newer one came from the leader meanwhile.
            state.Dispose();
            core.SnapshotAborted();
        }
    }

    /// <summary>The state was replaced by that of a snapshot from the leader. Called on the apply thread.</summary>
    public void Restored(SnapshotReceiveEffect step, ReplicatedStateMachine machine)
    {
        // Copied on the apply thread: the next entry changes the table.
        ProposalSessions sessions = machine.Sessions.Copy();
        ulong index = step.Metadata.Position.Index;
        Volatile.Write(ref _newestIndex, index);
        Volatile.Write(ref _postponement, null);
        _consensus.Post(core => core.SnapshotRestored(step, sessions));
        _logger.SnapshotInstalled(_self, index, step.TotalLength);
    }

    /// <summary>Ends the tasks and discards what is not complete. The consensus and apply threads have ended.</summary>
    public void Close()
    {
        Interlocked.Exchange(ref _captured, null)?.Dispose();
        _receiver.Close();
        _sender.Release();
    }

    /// <inheritdoc />
    void ISnapshotSenderEvents.ChunkRead(in SnapshotReadResult result)
    {
        SnapshotReadResult chunk = result;
        _consensus.Post(core => core.Node.SnapshotReadCompleted(chunk));
    }

    /// <inheritdoc />
    void ISnapshotReceiverEvents.ChunkWritten(ulong stepId) =>
        _consensus.Post(core => core.Node.SnapshotChunkWritten(stepId));

    /// <inheritdoc />
    void ISnapshotReceiverEvents.Published(ulong stepId) =>
        _consensus.Post(core => core.Node.SnapshotPublished(stepId));

    /// <inheritdoc />
    void ISnapshotReceiverEvents.Loaded(SnapshotReceiveEffect step, ReplicatedStateMachine machine) =>
        _apply.Restore(machine, step);

    /// <inheritdoc />
    void IFaultEvents.Failed(Exception exception) => _consensus.Failed(exception);

    /// <summary>Whether a snapshot can wait for the end of a failure: nothing depends on it but the length of the
    /// log.</summary>
    private static bool MayPass(StorageFailureCause cause) => cause is StorageFailureCause.DiskFull
        or StorageFailureCause.QuotaExceeded or StorageFailureCause.TooManyOpenFiles;

    private void Postpone(StorageException exception)
    {
        if (Postponement is null)
        {
            _logger.SnapshotPostponed(_self, exception.Message);
        }

        Volatile.Write(ref _postponement, exception);
        _consensus.Post(core => core.SnapshotPostponed());
    }

    private async Task WriteAsync(StateSnapshot state, ClusterConfiguration configuration)
    {
        _schedule?.WorkBegins();
        try
        {
            SnapshotMetadata metadata = new(state.Position, configuration);
            long length = await Task.Run(
                () => SnapshotWriterTask.WriteAsync(state, configuration, _storage, _stopped), _stopped)
                .ConfigureAwait(false);
            Volatile.Write(ref _newestIndex, metadata.Position.Index);
            Volatile.Write(ref _postponement, null);
            _consensus.Post(core => core.SnapshotTaken(metadata, length));
            _logger.SnapshotTaken(_self, metadata.Position.Index, length);
        }
        catch (OperationCanceledException)
        {
            state.Dispose();
        }
        catch (StorageException exception) when (MayPass(exception.Cause))
        {
            Postpone(exception);
        }
#pragma warning disable CA1031 // A storage fault ends the replica, never the host (design decision D12).
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _consensus.Failed(exception);
        }
        finally
        {
            _schedule?.WorkEnds();
        }
    }
}
