using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>A member's way into the <see cref="ClusterNetwork"/>, for one life of the member.</summary>
internal sealed partial class ClusterTransport(ClusterNetwork network, MemberId member, string address) : ITransport
{
    // A replica flushes behind every turn; what is beyond is lost.
    private const int MaxQueued = 4_096;

    private readonly Lock _gate = new();
    private readonly Queue<RaftMessage> _queued = [];
    private volatile ImmutableHashSet<MemberId> _peers = [];
    private volatile ITransportReceiver? _receiver;
    private volatile Task _room = Task.CompletedTask;
    private volatile bool _isDisposed;

    /// <summary>The member that uses it.</summary>
    public MemberId Member => member;

    /// <summary>Where the others look for it.</summary>
    public string Address => address;

    /// <inheritdoc />
    public ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _receiver = receiver;
        network.Register(this);
        Flush();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public void SetPeers(IReadOnlyCollection<Peer> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        _peers = [.. peers.Select(static peer => peer.Id)];
    }

    /// <inheritdoc />
    public bool TrySend(in RaftMessage message)
    {
        if (_isDisposed || !_peers.Contains(message.To))
        {
            return false;
        }

        lock (_gate)
        {
            if (_queued.Count == MaxQueued)
            {
                return false;
            }

            // The sender may reuse its list of entries; the payloads are shared and never change.
            _queued.Enqueue(message with { Entries = message.Entries.ToArray() });
            return true;
        }
    }

    /// <inheritdoc />
    public void Flush()
    {
        while (_receiver is not null && !_isDisposed && TryDequeue(out RaftMessage message))
        {
            network.Send(this, message);
        }
    }

    /// <summary>Hands a message to the replica. One that has no room for it loses it.</summary>
    public void Receive(in RaftMessage message)
    {
        if (!_isDisposed && _receiver is { } receiver && _room.IsCompleted)
        {
            ValueTask accepted = receiver.ReceiveAsync(message);
            if (!accepted.IsCompletedSuccessfully)
            {
                _room = accepted.AsTask();
            }
        }
    }

    /// <summary>Tells the replica that a peer was not reached.</summary>
    public void ReportUnreachable(MemberId peer)
    {
        if (!_isDisposed)
        {
            _receiver?.PeerUnreachable(peer);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            network.Unregister(this);
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private bool TryDequeue(out RaftMessage message)
    {
        lock (_gate)
        {
            return _queued.TryDequeue(out message);
        }
    }
}
