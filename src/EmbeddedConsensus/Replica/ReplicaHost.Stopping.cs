using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>Stopping: hand over, drain, flush, close, under the host's deadline (design decision D13).</summary>
internal sealed partial class ReplicaHost
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(5);
    private int _isDisposed;

    /// <summary>Stops taking calls, hands over leadership, lets what is under way end, and closes everything. When the
    /// deadline passes it closes at once. Stopping twice is fine.</summary>
    /// <param name="cancellationToken">The deadline.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_state == StoreState.Running)
            {
                await HandOverAsync(cancellationToken).ConfigureAwait(false);
                _state = StoreState.Stopping;
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
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>Hands leadership to the voter that is furthest, or to a given one.</summary>
    /// <returns>Whether somebody else leads now.</returns>
    public async Task<bool> TransferLeadershipAsync(MemberId? target, CancellationToken cancellationToken)
    {
        TimeSpan patience = _options.LeadershipTransferTimeout;
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(patience);
        Post(core =>
        {
            MemberId successor = target ?? FurthestPeer(core.Node);
            if (!successor.IsNone)
            {
                core.Node.TransferLeadership(successor);
            }
        });
        try
        {
            while (View!.Leader == Self || View.Leader.IsNone)
            {
                await Task.Delay(DrainPoll, _time, timeout.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return View!.Leader != Self && !View.Leader.IsNone;
        }
    }

    private static MemberId FurthestPeer(RaftNode node)
    {
        MemberId best = MemberId.None;
        ulong furthest = 0;
        foreach (PeerStatus peer in node.Status.Peers)
        {
            if (!peer.IsLearner && peer.IsActive && peer.Id != node.Status.Id && peer.Match >= furthest)
            {
                best = peer.Id;
                furthest = peer.Match;
            }
        }

        return best;
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
            while (_consensus!.HasPendingCalls)
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

        StoreState before = _state;
        _state = before == StoreState.Faulted ? before : StoreState.Stopping;
        await _stopped.CancelAsync().ConfigureAwait(false);
        _started.TrySetException(new StoreStoppedException("The store has stopped."));
        _ = _started.Task.Exception;
        await DisposeTransportAsync().ConfigureAwait(false);
        if (_consensus is not null)
        {
            await StopLanesAsync().ConfigureAwait(false);
        }

        await _storage.Log.DisposeAsync().ConfigureAwait(false);
        await _storage.Snapshots.DisposeAsync().ConfigureAwait(false);
        _apply?.DisposeState();
        _state = before == StoreState.Faulted ? before : StoreState.Stopped;
        LogStopped(_settings.Self);
    }

    private async Task StopLanesAsync()
    {
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
        if (_state != StoreState.Faulted)
        {
            await Task.WhenAll(_logWriter!.Idle, _snapshotReceiver.Idle, _snapshotSender.Idle, _snapshotTask)
                .ConfigureAwait(false);
        }
    }

    private async Task DisposeTransportAsync()
    {
        if (Interlocked.Exchange(ref _transport, null) is { } transport)
        {
            await transport.DisposeAsync().ConfigureAwait(false);
        }
    }
}
