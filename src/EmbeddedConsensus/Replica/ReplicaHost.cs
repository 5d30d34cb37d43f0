using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// One replica: it recovers the state, wires the lanes, the storage and the transport together, and takes them apart
/// again. What happens in between is the lanes' business.
/// </summary>
internal sealed partial class ReplicaHost : IAsyncDisposable
{
    private readonly ConsensusStoreOptions _options;
    private readonly ReplicaSettings _settings;
    private readonly ReplicaStorage _storage;
    private readonly Func<TransportContext, ITransport>? _createTransport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopped = new();
    private readonly SemaphoreSlim _lifecycle = new(1);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _startAbandoned = new();

    private int _state = (int)StoreState.Starting;
    private volatile Exception? _fault;
    private ConsensusLoop? _consensus;
    private ApplyLoop? _apply;
    private LogBatcher? _logWriter;
    private SnapshotSender? _snapshotSender;
    private SnapshotReceiver? _snapshotReceiver;
    private ViewObserver? _observer;
    private ITransport? _transport;
    private Task? _transportDisposal;
    private Task _snapshotTask = Task.CompletedTask;
    private ulong _snapshotIndex;

    /// <summary>A replica that is not started.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="storage">Its storage, not yet opened.</param>
    /// <param name="createTransport">Makes its transport; null for a cluster of one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to report.</param>
    /// <param name="schedule">What decides when its threads take their turns; null in production.</param>
    /// <param name="meters">Makes its meter; null for one of its own.</param>
    public ReplicaHost(
        ConsensusStoreOptions options,
        ReplicaStorage storage,
        Func<TransportContext, ITransport>? createTransport,
        TimeProvider time,
        ILogger logger,
        IReplicaSchedule? schedule = null,
        IMeterFactory? meters = null)
    {
        _options = options;
        _settings = new ReplicaSettings(options);
        _storage = storage;
        _createTransport = createTransport;
        _time = time;
        _logger = logger;
        Metrics = new StoreMetrics(options.ClusterName, _settings.Self, meters);
        Peers = new PeerDirectory(_settings.Self);
        Changes = new MembershipChanges(this, options, time);
        Schedule = schedule;
        Completion = new CallCompletion(schedule);
    }

    /// <summary>Where the replica is in its life.</summary>
    public StoreState State => (StoreState)Volatile.Read(ref _state);

    /// <summary>Why the replica is faulted, or was removed or refused; or null.</summary>
    public Exception? Fault => _fault;

    /// <summary>The index of the newest snapshot.</summary>
    public ulong SnapshotIndex => Volatile.Read(ref _snapshotIndex);

    /// <summary>What decides when its threads take their turns; null in production.</summary>
    public IReplicaSchedule? Schedule { get; }

    /// <summary>Its instruments.</summary>
    public StoreMetrics Metrics { get; }

    /// <summary>Decides where the continuations of callers run.</summary>
    public CallCompletion Completion { get; }

    /// <summary>This member.</summary>
    public MemberId Self => _settings.Self;

    /// <summary>Consensus, as it stood behind its last turn; null before the recovery.</summary>
    public ReplicaView? View => _consensus?.View;

    /// <summary>The apply lane. The replica has been started.</summary>
    public ApplyLoop Apply => _apply!;

    /// <summary>Completes when the replica has recovered and takes calls; fails when it could not.</summary>
    public Task Started => _started.Task;

    /// <summary>The newest and the compact revision that readers see; zeros while nothing can be read.</summary>
    public (long Revision, long CompactRevision) Revisions()
    {
        try
        {
            using PinnedView snapshot = _apply?.OpenSnapshot() ?? default;
            return _apply is null ? default : (snapshot.Revision, snapshot.CompactRevision);
        }
        catch (StoreStoppedException)
        {
            return default;
        }
    }

    /// <summary>Recovers the state from storage and begins to take part. Does not wait for a leader.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StorageException">The storage cannot be opened, or is damaged.</exception>
    /// <exception cref="MemberRefusedException">The storage is another member's, or another cluster's.</exception>
    /// <exception cref="TransportException">The transport cannot start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource attempt =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _startAbandoned.Token);
        try
        {
            if (State != StoreState.Starting || _consensus is not null)
            {
                throw new StoreStoppedException("A store is started once. Build a new host to start it again.");
            }

            await RecoverAsync(attempt.Token).ConfigureAwait(false);
            if (View!.Configuration is { IsJoint: false, Voters: [MemberId only] } && only == _settings.Self
                && View.ConfigurationIndex == View.CommittedConfigurationIndex)
            {
                // Nobody else leads or could win, so there is nothing to wait for.
                Post(core => core.Node.Campaign());
            }

            _apply!.Start();
            _consensus!.Start();
            if (_transport is { } transport)
            {
                await transport.StartAsync(new MembershipRequests(this, _consensus, Changes), attempt.Token)
                    .ConfigureAwait(false);
            }

            if (TryMove(StoreState.Starting, StoreState.Running))
            {
                _started.TrySetResult();
                _logger.Started(_settings.Self, _consensus.View.Term, _consensus.View.LastIndex, _apply.Revision);
                KeepMembership();
                return;
            }

            Exception reason = _fault ?? new StoreStoppedException("The store was stopped while it started.");
            if (State != StoreState.Removed)
            {
                throw reason;
            }

            // Not a fault of this host: it goes on without the store.
            _started.TrySetException(reason);
            _ = _started.Task.Exception;
        }
        catch (Exception exception)
        {
            _started.TrySetException(exception);
            _ = _started.Task.Exception;
            throw;
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>Gives a call to the consensus lane, or fails it when the replica does not take calls.</summary>
    public void Submit(PendingCall call)
    {
        if (RefusalOf(State) is { } refusal)
        {
            call.TryFail(refusal);
            return;
        }

        _consensus!.Submit(call);
    }

    /// <summary>Throws when the replica does not take calls.</summary>
    public void ThrowIfNotRunning()
    {
        if (RefusalOf(State) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Throws when the replica is faulted, or does not belong to its cluster.</summary>
    public void ThrowIfFaulted()
    {
        if (State is StoreState.Faulted or StoreState.Removed)
        {
            throw _fault!;
        }
    }

    /// <summary>Does something rare on the consensus lane.</summary>
    public void Post(Action<ReplicaCore> action) => _consensus!.Post(action);

    private bool TryMove(StoreState from, StoreState to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    private Exception? RefusalOf(StoreState state) => state switch
    {
        StoreState.Running => null,
        StoreState.Faulted or StoreState.Removed => _fault,
        StoreState.Starting => new StoreStoppedException("The store is not started yet. Start the host, then call it."),
        _ => new StoreStoppedException("The store is stopping or has stopped."),
    };

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        RecoveredLog log = await _storage.Log.RecoverAsync(cancellationToken).ConfigureAwait(false);
        CheckOwner(log.HardState.Owner);
        ISnapshotReader? snapshot = await _storage.Snapshots.OpenNewestAsync(cancellationToken).ConfigureAwait(false);
        ReplicatedStateMachine machine;
        if (snapshot is null)
        {
            machine = new ReplicatedStateMachine(_settings.Mvcc);
        }
        else
        {
            await using (snapshot.ConfigureAwait(false))
            {
                machine = await StateSnapshotLoader.LoadAsync(snapshot, _settings.Mvcc, cancellationToken)
                    .ConfigureAwait(false);
            }

            _snapshotIndex = snapshot.Metadata.Position.Index;
        }

        try
        {
            ClusterConfiguration bootstrap = Bootstrap(RecoveredMembership.Of(log, snapshot?.Metadata));
            ulong seed = Schedule?.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            RaftNode node = new(_settings.Raft(seed), log, snapshot?.Metadata, bootstrap);
            Wire(node, machine, log.Incarnation);
        }
        catch
        {
            if (_apply is null)
            {
                machine.Dispose();
            }

            throw;
        }
    }

    private void Wire(RaftNode node, ReplicatedStateMachine machine, ulong incarnation)
    {
        ReplicaCore core = new(_settings.Core(), node, _settings.Self, incarnation);
        _consensus = new ConsensusLoop(core, _settings, _time, this, Schedule);
        _apply = new ApplyLoop(machine, _storage.Log, core.Proposals, _settings.Self, incarnation, this, Schedule);
        _observer = new ViewObserver(
            _consensus.View, _settings.Self, _options.ElectionTimeout, _logger, Metrics, _time);
        _logWriter = new LogBatcher(_storage.Log, _consensus.Appended, _consensus.Fail, Metrics.FlushDuration, _time);
        _snapshotSender = new SnapshotSender(
            _storage.Snapshots,
            result => Post(replica => replica.Node.SnapshotReadCompleted(result)),
            _consensus.Fail,
            Schedule);
        _snapshotReceiver = new SnapshotReceiver(
            _storage.Snapshots, _settings.Mvcc, this, _consensus.Fail, Schedule);
        if (_createTransport is not null)
        {
            _transport = _createTransport(new TransportContext(
                ClusterIdentity.Of(_options.ClusterName), _settings.Self, incarnation,
                _settings.MaxWireMessageBytes, Address));
            Peers.Use(node.Peers);
            UsePeers();
        }
    }
}
