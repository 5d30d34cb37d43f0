using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedConsensus.Transport.Tcp;

/// <summary>
/// Carries messages between replicas over TCP: frames with a checksum around MessagePack, and for each peer and lane
/// one connection in each direction, which the sender opens and opens again.
/// </summary>
/// <remarks>A connection begins with a handshake: both sides must belong to the same cluster, be the members that they
/// take each other for, and share a version of the protocol; of two starts of a member only the later one is heard.
/// What is queued while a write is under way leaves with the next write. What waited for a connection that is lost is
/// dropped, and <see cref="ITransportReceiver.PeerUnreachable"/> tells so. The traffic is neither encrypted nor
/// authenticated: use it on networks that you trust.</remarks>
public sealed partial class TcpTransport : ITransport
{
    private readonly TcpTransportOptions _options;
    private readonly TcpTransportContext _context;
    private readonly InboundRegistry _inbound;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;

    // Guards what follows, and the starting and stopping of everything.
    private readonly Lock _gate = new();
    private readonly List<Task> _retiring = [];
    private Socket? _listener;
    private bool _starting;
    private Task _accepting = Task.CompletedTask;
    private Task _keepingAlive = Task.CompletedTask;
    private Task? _disposal;

    // Replaced as a whole, so that senders read it without a lock.
    private volatile FrozenDictionary<MemberId, OutboundLane[]> _peers =
        FrozenDictionary<MemberId, OutboundLane[]>.Empty;

    /// <summary>A transport that is not started yet.</summary>
    /// <param name="context">The cluster and the member that it speaks for.</param>
    /// <param name="options">The settings; later changes of the object have no effect.</param>
    /// <param name="logger">The log; null for none.</param>
    /// <exception cref="ArgumentException">A setting is missing or out of range; the message says what to
    /// set.</exception>
    public TcpTransport(
        TransportContext context, TcpTransportOptions options, ILogger<TcpTransport>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        TcpTransportOptionsValidator.ThrowIfInvalid(options);
        _options = options.For(context);
        if (!PeerAddress.TryParse(_options.ListenEndpoint, out _))
        {
            throw new ArgumentException(
                $"{nameof(TcpTransportOptions)}.{nameof(options.ListenEndpoint)} is missing, and the address at which "
                + $"the other members look for this one is '{context.Address}'. Use host:port, such as 0.0.0.0:2380, "
                + "for one of them.", nameof(options));
        }

        _context = new TcpTransportContext(context, _options, (ILogger?)logger ?? NullLogger.Instance);
        _inbound = new InboundRegistry(_context);
        _stopping = _stop.Token;
    }

    /// <summary>Where the transport listens, with the port that it was given; null before it has started.</summary>
    public IPEndPoint? BoundEndpoint { get; private set; }

    /// <summary>The address for other members' <see cref="MemberEndpoint.Address"/>:
    /// <see cref="TransportContext.Address"/> if there is one, or else the listening one, with the port that it was
    /// given. Before the start it is the configured one.</summary>
    public string Address =>
        _context.Identity.Address ?? BoundEndpoint?.ToString() ?? _options.ListenEndpoint!;

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The transport was started before.</exception>
    /// <exception cref="ObjectDisposedException">The transport is disposed.</exception>
    public async ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, this);
            if (_starting)
            {
                throw new InvalidOperationException("The transport was started before; make a new one.");
            }

            _starting = true;
        }

        Socket listener = await ListenAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_disposal is not null)
            {
                listener.Dispose();
                throw new ObjectDisposedException(nameof(TcpTransport));
            }

            _context.Receiver = receiver;
            _listener = listener;
            BoundEndpoint = (IPEndPoint)listener.LocalEndPoint!;
            _context.Logger.Listening(
                _context.Identity.MemberId, BoundEndpoint.ToString(), _context.Identity.Incarnation);
            _accepting = Task.Run(() => AcceptAsync(listener), CancellationToken.None);
            _keepingAlive = Task.Run(KeepAliveAsync, CancellationToken.None);
            foreach (OutboundLane lane in AllLanes())
            {
                lane.Start();
            }
        }
    }

    /// <inheritdoc />
    /// <remarks>A peer whose address has changed is reached at the new one from now on; what waited for the old one is
    /// dropped. An address that cannot be understood makes the peer unreachable and is logged. After the transport is
    /// disposed the call does nothing.</remarks>
    public void SetPeers(IReadOnlyCollection<MemberEndpoint> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        lock (_gate)
        {
            if (_disposal is not null)
            {
                return;
            }

            FrozenDictionary<MemberId, OutboundLane[]> known = _peers;
            var next = new Dictionary<MemberId, OutboundLane[]>();
            foreach (MemberEndpoint peer in peers)
            {
                if (peer.Id != _context.Identity.MemberId)
                {
                    next[peer.Id] = known.TryGetValue(peer.Id, out OutboundLane[]? lanes) && lanes[0].Peer == peer
                        ? lanes
                        : LanesTo(peer);
                }
            }

            _peers = next.ToFrozenDictionary();
            _retiring.RemoveAll(task => task.IsCompleted);
            foreach ((MemberId id, OutboundLane[] lanes) in known)
            {
                if (!next.TryGetValue(id, out OutboundLane[]? kept) || !ReferenceEquals(kept, lanes))
                {
                    _retiring.AddRange(lanes.Select(lane => lane.DisposeAsync().AsTask()));
                }
            }

            if (_listener is not null)
            {
                foreach ((MemberId id, OutboundLane[] lanes) in next)
                {
                    if (!known.TryGetValue(id, out OutboundLane[]? kept) || !ReferenceEquals(kept, lanes))
                    {
                        Array.ForEach(lanes, lane => lane.Start());
                    }
                }
            }
        }
    }

    /// <inheritdoc />
    public bool TrySend(in RaftMessage message) =>
        _peers.TryGetValue(message.To, out OutboundLane[]? lanes)
        && lanes[(int)TransportLanes.Of(message.Type)].TrySend(message);

    /// <inheritdoc />
    public void Flush()
    {
        foreach (OutboundLane[] lanes in _peers.Values)
        {
            foreach (OutboundLane lane in lanes)
            {
                lane.Flush();
            }
        }
    }

    /// <summary>Closes the listener and every connection, and completes when nothing of the transport runs any more.
    /// What is queued is lost; what was written to a socket is still sent. May be called twice, and after a start that
    /// failed.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= Task.Run(StopAsync);
            return new ValueTask(_disposal);
        }
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _accepting.ConfigureAwait(false);
        await _keepingAlive.ConfigureAwait(false);
        Task[] retiring;
        lock (_gate)
        {
            retiring = [.. _retiring, .. AllLanes().Select(lane => lane.DisposeAsync().AsTask())];
            _peers = FrozenDictionary<MemberId, OutboundLane[]>.Empty;
        }

        await Task.WhenAll(retiring).ConfigureAwait(false);
        InboundConnection[] inbound = _inbound.Stop();
        foreach (InboundConnection connection in inbound)
        {
            connection.Abort("The transport stops.");
        }

        await Task.WhenAll(inbound.Select(connection => connection.Completion)).ConfigureAwait(false);
        _stop.Dispose();
    }

    private OutboundLane[] LanesTo(MemberEndpoint peer)
    {
        var lanes = new OutboundLane[TransportLanes.Count];
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = new OutboundLane(_context, peer, (TransportLane)lane);
        }

        return lanes;
    }

    private IEnumerable<OutboundLane> AllLanes() => _peers.Values.SelectMany(lanes => lanes);
}
