using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica;

/// <summary>One replica: it creates the parts, starts them in order and stops them in order. What happens in between is
/// the parts' business.</summary>
internal sealed class ReplicaHost : IMembershipReplica, IConsensusLoopEvents, IAsyncDisposable
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(5);

    private readonly ConsensusStoreOptions _options;
    private readonly ReplicaSettings _settings;
    private readonly ReplicaStorage _storage;
    private readonly Func<TransportContext, ITransport>? _createTransport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IReplicaSchedule? _schedule;
    private readonly ReplicaLifecycle _lifecycle;
    private readonly ReplicaTransport _transport = new();
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _startAbandoned = new();
    private readonly CancellationTokenSource _stopped = new();

    private ReplicaEngine? _engine;
    private Task _keepingMembership = Task.CompletedTask;
    private int _isClosed;
    private bool _isStartRequested;

    /// <summary>Creates a replica that is not started.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="storage">Its storage, not yet opened.</param>
    /// <param name="createTransport">Creates its transport; null for a cluster of one.</param>
    /// <param name="time">The source of time.</param>
    /// <param name="logger">The replica's log.</param>
    /// <param name="schedule">The schedule of a test; null in production.</param>
    /// <param name="meters">Makes its meter; null for a meter of its own.</param>
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
        _schedule = schedule;
        Metrics = new StoreMetrics(options.ClusterName, _settings.Self, meters);
        Completion = new CallCompletion(schedule);
        StatusFeed = new StatusFeed(this);
        _lifecycle = new ReplicaLifecycle(StatusFeed.Observe);
        Leases = new LeaseRenewals(this, options.MaxClockDrift);
        Membership = new MembershipService(this, _transport, options, time, Completion, logger, _stopped.Token);
    }

    /// <summary>The state of the replica's life.</summary>
    public StoreState State => _lifecycle.State;

    /// <summary>Why the replica is faulted, or was removed or refused; or null.</summary>
    public Exception? Fault => _lifecycle.Fault;

    /// <summary>Completes when the replica has recovered and takes calls; fails when it could not.</summary>
    public Task Started => _lifecycle.Started;

    /// <summary>The index of the newest snapshot; 0 when there is none.</summary>
    public ulong SnapshotIndex => _engine?.SnapshotIndex ?? 0;

    /// <summary>Why the next snapshot waits; null when it does not.</summary>
    public string? SnapshotFault => _engine?.SnapshotFault;

    /// <summary>The replica's instruments.</summary>
    public StoreMetrics Metrics { get; }

    /// <summary>Decides where the continuations of callers run.</summary>
    public CallCompletion Completion { get; }

    /// <summary>Renews the leases that this process holds.</summary>
    public LeaseRenewals Leases { get; }

    /// <summary>Reports changes of the status.</summary>
    public StatusFeed StatusFeed { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>The schedule of a test; null in production.</summary>
    public IReplicaSchedule? Schedule => _schedule;

    /// <summary>Cancelled when the replica closes.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Whether a start was asked for, so that there is something to wait for.</summary>
    public bool IsStartRequested => Volatile.Read(ref _isStartRequested) || State != StoreState.Starting;

    /// <summary>This member.</summary>
    public MemberId Self => _settings.Self;

    /// <summary>This member's present life; 0 before the recovery.</summary>
    public ulong Incarnation { get; private set; }

    /// <summary>Consensus after its last turn; null before the recovery.</summary>
    public ReplicaView? View => _engine?.Consensus.View;

    /// <summary>The apply thread. The replica has been started.</summary>
    public ApplyLoop Apply => _engine!.Apply;

    /// <summary>The membership of the cluster.</summary>
    public MembershipService Membership { get; }

    /// <summary>The newest and the compact revision that readers see; zeros while nothing can be read.</summary>
    public (long Revision, long CompactRevision) Revisions()
    {
        if (_engine is not { } engine)
        {
            return default;
        }

        try
        {
            using PinnedView view = engine.Apply.OpenView();
            return (view.Revision, view.CompactRevision);
        }
        catch (StoreStoppedException)
        {
            return default;
        }
    }

    /// <summary>Recovers the state from storage and joins the cluster's work. Does not wait for a leader.</summary>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="StorageException">The storage cannot be opened, or is damaged.</exception>
    /// <exception cref="MemberRefusedException">The storage is another member's, or another cluster's.</exception>
    /// <exception cref="TransportException">The transport cannot start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isStartRequested, true);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource attempt =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _startAbandoned.Token);
        try
        {
            if (State != StoreState.Starting || _engine is not null)
            {
                throw new StoreStoppedException("A store is started once. Build a new host to start it again.");
            }

            await RecoverAsync(attempt.Token).ConfigureAwait(false);
            _engine!.Start();
            await _transport.StartAsync(Membership.Requests, attempt.Token).ConfigureAwait(false);
            Run();
        }
        catch (Exception exception)
        {
            _lifecycle.FailStart(exception);
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The host begins to stop: hands over leadership, then ends the watches with
    /// <see cref="StoreStoppedException"/>, so that a service that reads one without a token does not hold the host up.
    /// The store takes calls until <see cref="StopAsync"/>.</summary>
    /// <param name="cancellationToken">The host's deadline.</param>
    public async Task BeginStopAsync(CancellationToken cancellationToken)
    {
        if (State == StoreState.Running)
        {
            await NewHandover().TryLeaveLeadAsync(cancellationToken).ConfigureAwait(false);
            Apply.Watches.End(new StoreStoppedException("The store is stopping with its host."));
        }
    }

    /// <summary>Stops taking calls, hands over leadership, lets pending calls end, and closes everything. When the
    /// deadline passes it closes at once. Stopping twice is fine. A replica that is faulted or removed has reported
    /// why; what fails while it closes is logged only.</summary>
    /// <param name="cancellationToken">The deadline.</param>
    /// <exception cref="StorageException">The storage of a replica that was sound could not be closed.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await AbandonStartAsync().ConfigureAwait(false);
        try
        {
            if (State == StoreState.Running)
            {
                // Again, if there was no successor when the host began to stop: its services may have taken long to
                // stop, and a member that was away may be back.
                await NewHandover().TryLeaveLeadAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_lifecycle.TryStop())
            {
                await DrainAsync(cancellationToken).ConfigureAwait(false);
            }

            if (await CloseAsync().ConfigureAwait(false) is { } failure && Fault is null)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Closes the replica without a handover: for a process that is going away, and for tests that want a
    /// crash. What fails is logged, not thrown: a disposal runs in a finally block, where it would hide the error that
    /// led there.</summary>
    public async ValueTask DisposeAsync()
    {
        await AbandonStartAsync().ConfigureAwait(false);
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Hands leadership to a voter. Ends when another member leads, when the transfer takes too long, or when
    /// the replica no longer runs.</summary>
    /// <returns>Whether that voter leads now.</returns>
    public Task<bool> TransferLeadershipAsync(MemberId target, CancellationToken cancellationToken) =>
        NewHandover().TransferAsync(target, cancellationToken);

    /// <summary>Passes a call to consensus, or fails it when the replica does not take calls.</summary>
    public void Submit(PendingCall call)
    {
        if (_lifecycle.Refusal is { } refusal)
        {
            call.TryFail(refusal);
            return;
        }

        _engine!.Inbox.Submit(call);
    }

    /// <summary>Throws when the replica does not take calls.</summary>
    public void ThrowIfNotRunning() => _lifecycle.ThrowIfNotRunning();

    /// <summary>Throws when the replica is faulted, or does not belong to its cluster.</summary>
    public void ThrowIfFaulted() => _lifecycle.ThrowIfFaulted();

    /// <summary>Runs something rare on the consensus thread.</summary>
    public void Post(Action<ReplicaCore> action) => _engine!.Inbox.Post(action);

    /// <inheritdoc />
    ValueTask IMembershipReplica.ReceiveAsync(RaftMessage message) => _engine!.Inbox.ReceiveAsync(message);

    /// <inheritdoc />
    void IMembershipReplica.TakeReports(ImmutableArray<FounderReport> reports) =>
        Post(core => core.Node.TakeReports(reports.AsSpan()));

    /// <inheritdoc />
    void IMembershipReplica.PeerUnreachable(MemberId peer) => _engine!.Inbox.PeerUnreachable(peer);

    /// <inheritdoc />
    void IMembershipReplica.Leave(ConsensusStoreException reason) => _engine!.Inbox.Leave(reason);

    /// <inheritdoc />
    void IConsensusLoopEvents.TurnEnded(ReplicaView view, RaftNode node)
    {
        _engine!.Apply.Leads = view.Role == ReplicaRole.Leader;
        StatusFeed.Observe();
    }

    /// <inheritdoc />
    /// <summary>A view was found by the garbage collector: nothing disposed it.</summary>
    public void ViewForgotten(long revision, TimeSpan age) =>
        _logger.ViewForgotten(Self, revision, age, _engine?.Apply.HeldItems ?? 0);

    void IConsensusLoopEvents.ProposalDropped(string fault) => _logger.ProposalsDropped(Self, fault);

    /// <inheritdoc />
    void IConsensusLoopEvents.Faulted(ReplicaFaultedException reason)
    {
        EndBy(StoreState.Faulted, reason);

        // Peers must not hear from a replica whose disk no longer backs what it says.
        _engine!.StopWriting();
        _ = _transport.CloseAsync();
        _logger.Faulted(Self, reason);
    }

    /// <inheritdoc />
    void IConsensusLoopEvents.Left(ConsensusStoreException reason)
    {
        EndBy(StoreState.Removed, reason);
        _logger.Removed(Self, reason.Message);

        // The last messages, above all the one to a successor, are still being sent.
        _ = CloseTransportLaterAsync();
    }

    private void EndBy(StoreState state, ConsensusStoreException reason)
    {
        if (_lifecycle.TryEnd(state, reason))
        {
            _engine!.Apply.Watches.End(reason);
        }
    }

    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        MembershipBootstrap bootstrap = new(_options, _settings, _createTransport is not null, _logger);
        RecoveredReplica recovered = await new ReplicaRecovery(_settings, bootstrap, _schedule?.Seed)
            .RecoverAsync(_storage, cancellationToken).ConfigureAwait(false);
        Incarnation = recovered.Incarnation;
        _engine = new ReplicaEngine(
            recovered, _settings, _storage, _transport, Membership, this, _time, _logger, Metrics, _schedule,
            _stopped.Token);
        if (_createTransport is not null)
        {
            _transport.Open(_createTransport(new TransportContext(
                ClusterIdentity.Of(_options.ClusterName), Self, recovered.Incarnation,
                ReplicaSettings.MaxWireMessageBytes, recovered.Address)));
        }

        Membership.Begin(recovered.Node.Peers, recovered.Address);
    }

    private void Run()
    {
        if (_lifecycle.TryRun())
        {
            ReplicaView view = View!;
            _logger.Started(Self, view.Term, view.LastIndex, Apply.Revision);
            _keepingMembership = Membership.KeepAsync(_stopped.Token);
            return;
        }

        Exception reason = Fault ?? new StoreStoppedException("The store was stopped while it started.");
        if (State != StoreState.Removed)
        {
            throw reason;
        }

        // Not a fault of this host, which continues without the store.
        _lifecycle.FailStart(reason);
    }

    private LeadershipHandover NewHandover() => new(
        Self, _lifecycle, _engine!.Inbox, _engine.Consensus, _options.LeadershipTransferTimeout, _time);

    /// <summary>Enters the gate. A start that is under way ends first, and soon.</summary>
    private async Task AbandonStartAsync()
    {
        await _startAbandoned.CancelAsync().ConfigureAwait(false);
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        CallAdmission calls = _engine!.Inbox.Admission;
        try
        {
            while (calls.Count > 0)
            {
                await Task.Delay(DrainPoll, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The host's deadline: the remaining calls end below, with an unknown outcome.
        }
    }

    /// <summary>Closes everything once.</summary>
    /// <returns>The first failure, which is logged; null when there is none.</returns>
    private async Task<Exception?> CloseAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return null;
        }

        _lifecycle.Close();
        Exception? failure = await RunAllAsync(
            () => _stopped.CancelAsync(),
            _transport.CloseAsync,
            () => _keepingMembership,
            Leases.StopAsync,
            () => _engine?.StopAsync(new StoreStoppedException("The store has stopped.")) ?? Task.CompletedTask,
            () => _storage.Log.DisposeAsync().AsTask(),
            () => _storage.Snapshots.DisposeAsync().AsTask()).ConfigureAwait(false);
        _engine?.Apply.DisposeState();
        Metrics.Dispose();
        _lifecycle.Closed();
        StatusFeed.End();
        if (failure is not null)
        {
            _logger.CloseFailed(Self, failure);
        }

        _logger.Stopped(Self);
        return failure;
    }

    /// <summary>Runs every step, whether those before it failed or not.</summary>
    /// <returns>The first failure; null when there is none.</returns>
    private static async Task<Exception?> RunAllAsync(params IEnumerable<Func<Task>> steps)
    {
        Exception? first = null;
        foreach (Func<Task> step in steps)
        {
            try
            {
                await step().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // What is open must be closed; the failure is returned.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                first ??= exception;
            }
        }

        return first;
    }

    private async Task CloseTransportLaterAsync()
    {
        await Task.Delay(_options.ElectionTimeout, _time, _stopped.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _transport.CloseAsync().ConfigureAwait(false);
    }
}
