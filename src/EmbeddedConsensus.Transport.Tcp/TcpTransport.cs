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
/// take each other for, and share a version of the protocol; of two starts of a member only the later one is heard. A
/// member is the process that listens at the member's address: nothing is delivered of any other, whatever it claims.
/// What is queued while a write is under way leaves with the next write. What waited for a connection that is lost is
/// dropped and reported by <see cref="ITransportReceiver.PeerUnreachable"/>. The traffic is not encrypted: use it on
/// networks that you trust.</remarks>
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
    private bool _isStarted;
    private Task _accepting = Task.CompletedTask;
    private Task _keepingAlive = Task.CompletedTask;
    private Task? _disposal;

    // Replaced as a whole, so that senders read it without a lock.
    private volatile FrozenDictionary<MemberId, Peer> _peers = FrozenDictionary<MemberId, Peer>.Empty;

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

    /// <summary>Resolves the name on which the transport listens. Replaced by tests.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> ResolveHost { get; init; } =
        Dns.GetHostAddressesAsync;

    /// <summary>Where the transport listens, with the port that it was given; null before it has started, and while the
    /// name on which it is to listen does not resolve.</summary>
    public IPEndPoint? BoundEndpoint { get; private set; }

    /// <summary>The address for other members' <see cref="MemberEndpoint.Address"/>:
    /// <see cref="TransportContext.Address"/> if there is one, or else the listening one, with the port that it was
    /// given. Before the start it is the configured one.</summary>
    public string Address =>
        _context.Identity.Address ?? BoundEndpoint?.ToString() ?? _options.ListenEndpoint!;

    /// <inheritdoc />
    /// <remarks>While the name of its own host does not resolve the transport runs without listening: it logs a
    /// warning, and resolves the name again until it can.</remarks>
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

        Socket? listener = await TryListenAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_disposal is not null)
            {
                listener?.Dispose();
                throw new ObjectDisposedException(nameof(TcpTransport));
            }

            _context.Receiver = receiver;
            _isStarted = true;
            if (listener is not null)
            {
                Use(listener);
            }

            _accepting = Task.Run(() => AcceptAllAsync(listener), CancellationToken.None);
            _keepingAlive = Task.Run(KeepAliveAsync, CancellationToken.None);
            foreach (Peer peer in _peers.Values)
            {
                peer.Start();
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

            FrozenDictionary<MemberId, Peer> known = _peers;
            var next = new Dictionary<MemberId, Peer>();
            foreach (MemberEndpoint endpoint in peers)
            {
                if (endpoint.Id != _context.Identity.MemberId)
                {
                    next[endpoint.Id] =
                        known.TryGetValue(endpoint.Id, out Peer? peer) && peer.Endpoint == endpoint
                            ? peer
                            : new Peer(_context, endpoint);
                }
            }

            _peers = next.ToFrozenDictionary();
            _retiring.RemoveAll(task => task.IsCompleted);
            _retiring.AddRange(known.Values.Except(next.Values).Select(peer => peer.CloseAsync()));
            if (_isStarted)
            {
                foreach (Peer peer in next.Values.Except(known.Values))
                {
                    peer.Start();
                }
            }
        }
    }

    /// <inheritdoc />
    public bool TrySend(in RaftMessage message) =>
        _peers.TryGetValue(message.To, out Peer? peer) && peer[TransportLanes.Of(message.Type)].TrySend(message);

    /// <inheritdoc />
    public void Flush()
    {
        foreach (Peer peer in _peers.Values)
        {
            foreach (OutboundLane lane in peer.Lanes)
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

        // One that came while the first of these calls was made.
        _listener?.Dispose();
        await _keepingAlive.ConfigureAwait(false);
        Task[] retiring;
        lock (_gate)
        {
            retiring = [.. _retiring, .. _peers.Values.Select(peer => peer.CloseAsync())];
            _peers = FrozenDictionary<MemberId, Peer>.Empty;
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
}
