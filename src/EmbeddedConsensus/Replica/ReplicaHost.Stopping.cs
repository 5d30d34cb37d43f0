using System.Runtime.ExceptionServices;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica;

/// <summary>Stopping: hand over, drain, flush, close, under the host's deadline (design decision D13).</summary>
internal sealed partial class ReplicaHost
{
    // An attempt to hand over may come to nothing: the successor was not heard from, or was behind.
    private const int PollsPerAttempt = 20;

    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(5);
    private int _isDisposed;

    /// <summary>Stops taking calls, hands over leadership, lets what is under way end, and closes everything. When the
    /// deadline passes it closes at once. Stopping twice is fine.</summary>
    /// <param name="cancellationToken">The deadline.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await AbandonStartAsync().ConfigureAwait(false);
        try
        {
            if (State == StoreState.Running)
            {
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
            }

            if (TryMove(StoreState.Running, StoreState.Stopping))
            {
                await DrainAsync(cancellationToken).ConfigureAwait(false);
            }

            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>Closes the replica without handing over: for a process that is going away, and for tests that want a
    /// crash.</summary>
    public async ValueTask DisposeAsync()
    {
        await AbandonStartAsync().ConfigureAwait(false);
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            Metrics.Dispose();
            _lifecycle.Release();
        }
    }

    /// <summary>Hands leadership to the voter that is furthest, or to a given one. Ends when anybody else leads, when
    /// the transfer takes too long, or when the replica no longer runs.</summary>
    /// <returns>Whether the given one leads now; when none was given, whether somebody else does.</returns>
    public async Task<bool> TransferLeadershipAsync(MemberId? target, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(_options.LeadershipTransferTimeout, _time);
        using CancellationTokenSource timeout =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            for (int poll = 0; State == StoreState.Running && !IsSomebodyElse(View!.Leader); poll++)
            {
                if (poll % PollsPerAttempt == 0)
                {
                    Post(core => AskToLead(core.Node, target));
                }

                await Task.Delay(DrainPoll, _time, timeout.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Time is up. What has come about by now counts.
        }

        return target is { } wanted ? View!.Leader == wanted : IsSomebodyElse(View!.Leader);
    }

    private bool IsSomebodyElse(MemberId leader) => leader != Self && !leader.IsNone;

    private static void AskToLead(RaftNode node, MemberId? target)
    {
        MemberId successor = target ?? FurthestPeer(node);
        if (!successor.IsNone)
        {
            node.TransferLeadership(successor);
        }
    }

    /// <summary>The voter that has most of the log; of several, one that was heard from lately.</summary>
    private static MemberId FurthestPeer(RaftNode node)
    {
        PeerStatus best = default;
        foreach (PeerStatus peer in node.Status.Peers)
        {
            if (!peer.IsLearner && peer.Id != node.Status.Id
                && (best.Id.IsNone || (peer.IsActive, peer.Match).CompareTo((best.IsActive, best.Match)) > 0))
            {
                best = peer;
            }
        }

        return best.Id;
    }

    /// <summary>Enters the lifecycle. A start that is under way ends first, and soon.</summary>
    private async Task AbandonStartAsync()
    {
        await _startAbandoned.CancelAsync().ConfigureAwait(false);
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task HandOverAsync(CancellationToken cancellationToken)
    {
        if (View is { Role: ReplicaRole.Leader, Configuration.Voters.Length: > 1 })
        {
            await TransferLeadershipAsync(null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_consensus!.Admission.Writes.Count + _consensus.Admission.Reads.Count > 0)
            {
                await Task.Delay(DrainPoll, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The host's deadline: the calls that are left end below, with an unknown outcome.
        }
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (!TryMove(StoreState.Running, StoreState.Stopping))
        {
            TryMove(StoreState.Starting, StoreState.Stopping);
        }

        _started.TrySetException(new StoreStoppedException("The store has stopped."));
        _ = _started.Task.Exception;
        await RunAllAsync(
            () => _stopped.CancelAsync(),
            DisposeTransportAsync,
            () => _membershipKeeping,
            StopLanesAsync,
            () => _storage.Log.DisposeAsync().AsTask(),
            () => _storage.Snapshots.DisposeAsync().AsTask()).ConfigureAwait(false);
        _logger.Stopped(_settings.Self);
    }

    /// <summary>Runs every step, whether those before it failed or not, and frees the state behind them.</summary>
    /// <exception cref="Exception">The first failure.</exception>
    private async Task RunAllAsync(params IEnumerable<Func<Task>> steps)
    {
        ExceptionDispatchInfo? first = null;
        foreach (Func<Task> step in steps)
        {
            try
            {
                await step().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // What is open must be closed; the failure is thrown below.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                first ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        _apply?.DisposeState();
        TryMove(StoreState.Stopping, StoreState.Stopped);
        first?.Throw();
    }

    private async Task StopLanesAsync()
    {
        if (_consensus is null)
        {
            return;
        }

        StoreStoppedException reason = new("The store has stopped.");

        // Joining blocks, and the lanes may wait for the storage's tasks: keep it off the pool's hands.
        await Task.Factory.StartNew(
            () =>
            {
                _consensus!.StopAndFail(reason);
                _apply!.StopAndJoin();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
        _apply!.Watches.End(reason);
        _snapshotReceiver!.Close();
        _snapshotSender!.Release();
        await Task.WhenAll(_logWriter!.Idle, _snapshotReceiver.Idle, _snapshotSender.Idle, _snapshotTask)
            .ConfigureAwait(false);
        _consensus.Dispose();
        _apply.Dispose();
    }

    private Task DisposeTransportAsync()
    {
        lock (_stopped)
        {
            if (_transportDisposal is null)
            {
                _transportDisposal = _transport is { } transport ? DisposeAsync(transport) : Task.CompletedTask;
                _transport = null;
            }

            return _transportDisposal;
        }
    }

    // A failure is for whoever awaits the end, and not for a thread that has more to do.
    private static async Task DisposeAsync(ITransport transport) =>
        await transport.DisposeAsync().ConfigureAwait(false);
}
