using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Executes the effects of consensus: passes each to the part of the replica that it is for.</summary>
internal sealed class EffectExecutor : IEffectExecutor
{
    private readonly ILogStorage _log;
    private readonly LogBatcher _batcher;
    private readonly ReplicaTransport _transport;
    private readonly ApplyLoop _apply;
    private readonly ReplicaSnapshots _snapshots;
    private readonly MembershipService _membership;
    private readonly ConsensusInbox _consensus;
    private readonly ViewObserver _observer;
    private readonly CancellationToken _stopped;
    private readonly Action<RaftMessage> _dropped;

    /// <summary>Connects consensus with the parts of its replica.</summary>
    public EffectExecutor(
        ILogStorage log, LogBatcher batcher, ReplicaTransport transport, ApplyLoop apply, ReplicaSnapshots snapshots,
        MembershipService membership, ConsensusInbox consensus, ViewObserver observer, CancellationToken stopped)
    {
        _log = log;
        _batcher = batcher;
        _transport = transport;
        _apply = apply;
        _snapshots = snapshots;
        _membership = membership;
        _consensus = consensus;
        _observer = observer;
        _stopped = stopped;
        _dropped = message => ReportDropped(message);
    }

    /// <inheritdoc />
    public void Execute(RaftEffects effects)
    {
        // The disk and the network start together; neither waits for the other (design decision D2).
        if (effects.Append is { } append)
        {
            _batcher.Enqueue(append);
        }

        if (effects.LogDrop is { } drop)
        {
            _batcher.Enqueue(drop);
        }

        _transport.Send(effects.Messages, _dropped);
        foreach (ApplyEffect page in effects.Applies)
        {
            _apply.Apply(page);
        }

        foreach (LogReadEffect read in effects.LogReads)
        {
            _ = ReadLogAsync(read);
        }

        foreach (SnapshotReadEffect read in effects.SnapshotReads)
        {
            _observer.ObserveSnapshotRead(read);
            _snapshots.Read(read);
        }

        foreach (SnapshotReceiveEffect step in effects.SnapshotReceives)
        {
            _snapshots.Receive(step);
        }

        if (effects.UnreadableSnapshot is { } unreadable)
        {
            _observer.ObserveUnreadable(unreadable);
        }
    }

    /// <inheritdoc />
    public void TakeSnapshot(bool isSending)
    {
        if (!isSending)
        {
            _snapshots.ReleaseSent();
        }

        _apply.Capture();
    }

    /// <inheritdoc />
    public void UsePeers(ImmutableArray<ClusterMember> peers) => _membership.UsePeers(peers);

    /// <summary>The transport dropped a message at once: consensus need not wait for the answer.</summary>
    private void ReportDropped(in RaftMessage message)
    {
        (MemberId to, ulong context) = (message.To, message.Context);
        if (message.Type == RaftMessageType.Propose)
        {
            _consensus.Post(core => core.ProposalsDropped(context));
        }
        else if (message.Type == RaftMessageType.Append)
        {
            _consensus.PeerUnreachable(to);
        }
    }

    private async Task ReadLogAsync(LogReadEffect read)
    {
        ReadOnlyMemory<LogEntry> entries = default;
        try
        {
            entries = await _log.ReadAsync(read.FirstIndex, read.LastIndex, read.MaxBytes, _stopped)
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
            _consensus.Failed(exception);
            return;
        }

        _consensus.Post(core => core.Node.LogReadCompleted(new LogReadResult(read.Id, entries)));
    }
}
