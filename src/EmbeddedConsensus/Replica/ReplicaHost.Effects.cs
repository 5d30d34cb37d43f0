using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica;

/// <summary>Carries out what the lanes ask for.</summary>
internal sealed partial class ReplicaHost : IConsensusLoopEvents, IApplyLoopEvents, ISnapshotReceiverEvents
{
    private bool _sendsSnapshots;

    /// <inheritdoc />
    void IConsensusLoopEvents.Execute(RaftEffects effects)
    {
        // The disk and the network start together; neither waits for the other (design decision D2).
        if (effects.Append is { } append)
        {
            _logWriter!.Enqueue(append);
        }

        if (effects.LogDrop is { } drop)
        {
            _logWriter!.Enqueue(drop);
        }

        Send(effects.Messages);
        foreach (ApplyEffect page in effects.Applies)
        {
            _apply!.Apply(page);
        }

        foreach (LogReadEffect read in effects.LogReads)
        {
            _ = ReadLogAsync(read);
        }

        foreach (SnapshotReadEffect read in effects.SnapshotReads)
        {
            _sendsSnapshots = true;
            _observer!.ObserveSnapshotRead(read);
            _snapshotSender!.Read(read);
        }

        foreach (SnapshotReceiveEffect step in effects.SnapshotReceives)
        {
            _snapshotReceiver!.Enqueue(step);
        }
    }

    /// <inheritdoc />
    void IConsensusLoopEvents.TurnEnded(ReplicaView view, RaftNode node) => _observer!.Observe(view, node);

    /// <inheritdoc />
    void IConsensusLoopEvents.TakeSnapshot()
    {
        if (_sendsSnapshots && !_consensus!.IsSendingSnapshot)
        {
            _sendsSnapshots = false;
            _snapshotSender!.Release();
        }

        _apply!.Capture();
    }

    /// <inheritdoc />
    void IConsensusLoopEvents.ProposalDropped(string fault) => _logger.ProposalsDropped(Self, fault);

    /// <inheritdoc />
    void IConsensusLoopEvents.Faulted(Exception exception)
    {
        _fault = exception;
        if (TryMove(StoreState.Running, StoreState.Faulted) || TryMove(StoreState.Starting, StoreState.Faulted)
            || TryMove(StoreState.Stopping, StoreState.Faulted))
        {
            _apply?.Watches.End(exception);
        }

        // Peers must not hear from a replica whose disk no longer backs what it says.
        _logWriter?.Stop();
        _ = DisposeTransportAsync();
        _logger.Faulted(_settings.Self, exception);
    }

    /// <inheritdoc />
    void IApplyLoopEvents.Applied(ulong index, long bytes) => _consensus!.Applied(index, bytes);

    /// <inheritdoc />
    void IApplyLoopEvents.Captured(StateSnapshot snapshot) => Post(core =>
    {
        if (core.Node.ConfigurationAt(snapshot.Position.Index) is { } configuration)
        {
            _snapshotTask = Task.WhenAll(_snapshotTask, WriteSnapshotAsync(snapshot, configuration));
        }
        else
        {
            // A newer one came from the leader meanwhile.
            snapshot.Dispose();
            core.SnapshotAbandoned();
        }
    });

    /// <inheritdoc />
    void IApplyLoopEvents.Faulted(Exception exception) => _consensus!.Fail(exception);

    /// <inheritdoc />
    void ISnapshotReceiverEvents.ChunkWritten(ulong stepId) => Post(core => core.Node.SnapshotChunkWritten(stepId));

    /// <inheritdoc />
    void ISnapshotReceiverEvents.Published(ulong stepId) => Post(core => core.Node.SnapshotPublished(stepId));

    /// <inheritdoc />
    void ISnapshotReceiverEvents.Restored(SnapshotReceiveEffect step, ReplicatedStateMachine machine) =>
        _apply!.Restore(machine, () =>
        {
            // Encoded here, on the apply lane: behind this the table changes with every entry.
            ProposalSessions sessions = machine.Sessions.Copy();
            Volatile.Write(ref _snapshotIndex, step.Metadata.Position.Index);
            Post(core => core.SnapshotRestored(step, sessions));
            _logger.SnapshotInstalled(_settings.Self, step.Metadata.Position.Index, step.TotalLength);
        });

    private void Send(List<RaftMessage> messages)
    {
        ITransport? transport = _transport;
        if (transport is null || messages.Count == 0)
        {
            return;
        }

        foreach (RaftMessage message in messages)
        {
            if (!transport.TrySend(message))
            {
                NotSent(message);
            }
        }

        transport.Flush();
    }

    /// <summary>The transport dropped a message at once. Whoever counts on it soon hears so.</summary>
    private void NotSent(in RaftMessage message)
    {
        (MemberId to, ulong context) = (message.To, message.Context);
        if (message.Type == RaftMessageType.Propose)
        {
            Post(core => core.ProposalsDropped(context));
        }
        else if (message.Type == RaftMessageType.Append)
        {
            Post(core => core.Node.PeerUnreachable(to));
        }
    }

    private async Task ReadLogAsync(LogReadEffect read)
    {
        ReadOnlyMemory<LogEntry> entries = default;
        try
        {
            entries = await _storage.Log.ReadAsync(read.FirstIndex, read.LastIndex, read.MaxBytes, _stopped.Token)
                .ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException)
        {
            // Compacted meanwhile: the peer gets a snapshot.
        }
        catch (OperationCanceledException)
        {
            return;
        }
#pragma warning disable CA1031 // A storage fault ends the replica, never the host (design decision D12).
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _consensus!.Fail(exception);
            return;
        }

        Post(core => core.Node.LogReadCompleted(new LogReadResult(read.Id, entries)));
    }

    private async Task WriteSnapshotAsync(StateSnapshot state, ClusterConfiguration configuration)
    {
        Schedule?.WorkBegins();
        try
        {
            SnapshotMetadata metadata = new(state.Position, configuration);
            long length = await Task.Run(
                () => SnapshotWriterTask.WriteAsync(state, configuration, _storage.Snapshots, _stopped.Token), _stopped.Token)
                .ConfigureAwait(false);
            Volatile.Write(ref _snapshotIndex, metadata.Position.Index);
            Post(core => core.SnapshotTaken(metadata, length));
            _logger.SnapshotTaken(_settings.Self, metadata.Position.Index, length);
        }
        catch (OperationCanceledException)
        {
            state.Dispose();
        }
#pragma warning disable CA1031 // A storage fault ends the replica, never the host (design decision D12).
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _consensus!.Fail(exception);
        }
        finally
        {
            Schedule?.WorkEnds();
        }
    }
}
