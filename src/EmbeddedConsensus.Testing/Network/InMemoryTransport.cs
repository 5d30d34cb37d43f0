using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Network;

/// <summary>A transport between replicas of one process. <see cref="InMemoryNetwork.CreateTransport"/> makes
/// it.</summary>
/// <remarks>Messages are delivered on the thread pool, in order on each lane of each peer, after
/// <see cref="Flush"/>. The address of a <see cref="MemberEndpoint"/> is looked at when the peer has one.</remarks>
internal sealed partial class InMemoryTransport : ITransport
{
    private readonly InMemoryNetwork _network;
    private readonly InMemoryTransportOptions _options;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Replaced as a whole, so that senders read it without a lock.
    private volatile ImmutableSortedDictionary<MemberId, InMemoryLane[]> _lanes =
        ImmutableSortedDictionary<MemberId, InMemoryLane[]>.Empty;
    private ITransportReceiver? _receiver;
    private Task? _disposal;

    // Deliveries under way into this transport's receiver, and pumps of this transport.
    private int _running;

    internal InMemoryTransport(
        InMemoryNetwork network, MemberId member, ulong clusterId, InMemoryTransportOptions options, string? address)
    {
        _network = network;
        _options = options;
        Member = member;
        ClusterId = clusterId;
        Address = address;
        Stopping = _stop.Token;
    }

    /// <summary>The member that uses this transport.</summary>
    public MemberId Member { get; }

    /// <summary>The cluster that the member belongs to.</summary>
    public ulong ClusterId { get; }

    /// <summary>Where the member is to be found; null when it is found by its id.</summary>
    public string? Address { get; }

    /// <summary>Cancelled when the transport is disposed.</summary>
    internal CancellationToken Stopping { get; }

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The transport was started before.</exception>
    /// <exception cref="ObjectDisposedException">The transport is disposed.</exception>
    public ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, this);
            if (_receiver is not null)
            {
                throw new InvalidOperationException("The transport is started already.");
            }

            _network.Register(this);
            _receiver = receiver;
        }

        Flush();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public void SetPeers(IReadOnlyCollection<MemberEndpoint> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        lock (_gate)
        {
            ImmutableSortedDictionary<MemberId, InMemoryLane[]> known = _lanes;
            var next = ImmutableSortedDictionary.CreateBuilder<MemberId, InMemoryLane[]>();
            foreach (MemberEndpoint peer in peers)
            {
                if (peer.Id != Member)
                {
                    next[peer.Id] = known.TryGetValue(peer.Id, out InMemoryLane[]? lanes) && lanes[0].Peer == peer
                        ? lanes
                        : LanesTo(peer);
                }
            }

            _lanes = next.ToImmutable();
            foreach ((MemberId id, InMemoryLane[] lanes) in known)
            {
                if (!next.TryGetValue(id, out InMemoryLane[]? kept) || !ReferenceEquals(kept, lanes))
                {
                    Array.ForEach(lanes, lane => lane.Close());
                }
            }
        }
    }

    /// <inheritdoc />
    public bool TrySend(in RaftMessage message) =>
        !Stopping.IsCancellationRequested
        && _lanes.TryGetValue(message.To, out InMemoryLane[]? lanes)
        && lanes[(int)TransportLanes.Of(message.Type)].TryEnqueue(message);

    /// <inheritdoc />
    public void Flush()
    {
        if (_receiver is null)
        {
            return;
        }

        foreach (KeyValuePair<MemberId, InMemoryLane[]> peer in _lanes)
        {
            foreach (InMemoryLane lane in peer.Value)
            {
                lane.Flush();
            }
        }
    }

    /// <summary>Stops delivery in both directions. What is queued is lost.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= StopAsync();
            return new ValueTask(_disposal);
        }
    }

    /// <summary>Starts a lane's pump.</summary>
    internal void Run(Func<Task> pump) => _ = _network.Wire is null ? Task.Run(pump) : pump();

    /// <summary>Sends a message.</summary>
    /// <returns>False when no member was reached.</returns>
    internal ValueTask<bool> CarryAsync(MemberEndpoint to, RaftMessage message) => _network.Wire is { } wire
        ? wire.CarryAsync(this, to, message)
        : DeliverAsync(to, message);

    /// <summary>Hands a message over to the transport of its receiver.</summary>
    /// <returns>False when there is no way to it, or it stops.</returns>
    internal ValueTask<bool> DeliverAsync(MemberEndpoint to, RaftMessage message) =>
        _network.Route(this, to) is { } target ? target.TakeAsync(message, Stopping) : new ValueTask<bool>(false);

    /// <summary>Reports to this transport's receiver that a peer could not be reached.</summary>
    internal void ReportUnreachable(MemberId peer)
    {
        if (!Stopping.IsCancellationRequested)
        {
            _receiver?.PeerUnreachable(peer);
        }
    }

    /// <summary>Counts work that disposal waits for.</summary>
    /// <returns>False when the transport is stopping and nothing new may begin.</returns>
    internal bool TryEnter()
    {
        lock (_gate)
        {
            if (_disposal is not null)
            {
                return false;
            }

            _running++;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryEnter"/> began.</summary>
    internal void Exit()
    {
        lock (_gate)
        {
            if (--_running == 0 && _disposal is not null)
            {
                _idle.TrySetResult();
            }
        }
    }

    /// <summary>Hands a message to this transport's receiver.</summary>
    /// <returns>False when the transport is stopping.</returns>
    private async ValueTask<bool> TakeAsync(RaftMessage message, CancellationToken senderStopping)
    {
        if (_receiver is not { } receiver || !TryEnter())
        {
            return false;
        }

        try
        {
            ValueTask accepted = receiver.ReceiveAsync(message);
            if (accepted.IsCompletedSuccessfully)
            {
                return true;
            }

            // A receiver that never makes room must hold up neither side's shutdown.
            using var either = CancellationTokenSource.CreateLinkedTokenSource(Stopping, senderStopping);
            await accepted.AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            // Either side stops, or the receiver broke its promise not to throw: the message is lost, and the sender is
            // told so.
            return false;
        }
        finally
        {
            Exit();
        }
    }

    private InMemoryLane[] LanesTo(MemberEndpoint peer)
    {
        var lanes = new InMemoryLane[TransportLanes.Count];
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = new InMemoryLane(this, peer, _options);
        }

        return lanes;
    }

    // Runs under the gate up to its first await, which decides whether anything is left to wait for.
    private async Task StopAsync()
    {
        _network.Unregister(this);
        if (_running == 0)
        {
            _idle.TrySetResult();
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _idle.Task.ConfigureAwait(false);
        _stop.Dispose();
    }
}
