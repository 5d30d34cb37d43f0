using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Transport.Tcp.Connections;

namespace EmbeddedConsensus.Transport.Tcp;

public sealed partial class TcpTransport
{
    private const int ListenBacklog = 512;

    // How long to wait when the process has no file descriptor left for another connection.
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Listens.</summary>
    /// <returns>The listener; null while the name on which to listen does not resolve.</returns>
    /// <exception cref="TransportException">The transport cannot listen there.</exception>
    private async Task<Socket?> TryListenAsync(CancellationToken cancellationToken)
    {
        Socket? listener = null;
        try
        {
            IPEndPoint endpoint = await ResolveAsync(cancellationToken).ConfigureAwait(false);
            listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                listener.DualMode = true;
            }

            listener.Bind(endpoint);
            listener.Listen(ListenBacklog);
            return listener;
        }
        catch (SocketException exception) when (listener is null && IsUnresolved(exception))
        {
            if (_context.Refusals.ShouldLog(_options.ListenEndpoint!))
            {
                _context.Logger.Unresolved(_context.Identity.MemberId, _options.ListenEndpoint!, exception.Message);
            }

            return null;
        }
        catch (SocketException exception)
        {
            listener?.Dispose();
            string advice = exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    "Another process, or another replica of this one, listens there: stop it or choose another port.",
                SocketError.AccessDenied => "The process may not use that port: choose one above 1023.",
                SocketError.AddressNotAvailable =>
                    "No network interface of this machine has that address: use one that has, or 0.0.0.0 for all.",
                _ => "Check the address.",
            };
            throw new TransportException(
                $"Cannot listen on {_options.ListenEndpoint}: {exception.Message}. {advice}", exception);
        }
    }

    private async Task<IPEndPoint> ResolveAsync(CancellationToken cancellationToken)
    {
        if (!PeerAddress.TryParse(_options.ListenEndpoint, out PeerAddress address))
        {
            throw new InvariantViolationException("The listening address was checked and is no address now.");
        }

        if (address.IsAny)
        {
            return new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, address.Port);
        }

        if (IPAddress.TryParse(address.Host, out IPAddress? ip))
        {
            return new IPEndPoint(ip, address.Port);
        }

        IPAddress[] found = await ResolveHost(address.Host, cancellationToken).ConfigureAwait(false);
        return found.Length > 0
            ? new IPEndPoint(found[0], address.Port)
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    private static bool IsUnresolved(SocketException exception) => exception.SocketErrorCode
        is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery;

    private void Use(Socket listener)
    {
        _listener = listener;
        BoundEndpoint = (IPEndPoint)listener.LocalEndPoint!;
        _context.Logger.Listening(
            _context.Identity.MemberId, BoundEndpoint.ToString(), _context.Identity.Incarnation);
        if (!IPAddress.IsLoopback(BoundEndpoint.Address))
        {
            _context.Logger.Unprotected(_context.Identity.MemberId, BoundEndpoint.ToString());
        }
    }

    private async Task AcceptAllAsync(Socket? listener)
    {
        if ((listener ?? await ListenLaterAsync().ConfigureAwait(false)) is { } open)
        {
            await AcceptAsync(open).ConfigureAwait(false);
        }
    }

    // Null when the transport stops first.
    private async Task<Socket?> ListenLaterAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(_options.ReconnectBackoffMax, _stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (await TryListenAsync(_stopping).ConfigureAwait(false) is { } listener)
                {
                    Use(listener);
                    return listener;
                }
            }
            catch (TransportException exception)
            {
                if (_context.Refusals.ShouldLog(exception.Message))
                {
                    _context.Logger.AcceptFailed(exception);
                }
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        return null;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _inbound.WaitForRoomAsync(_stopping).ConfigureAwait(false);
                Socket socket = await listener.AcceptAsync(_stopping).ConfigureAwait(false);
                Serve(socket);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                if (_context.Refusals.ShouldLog(exception.Message))
                {
                    _context.Logger.AcceptFailed(exception);
                }

                await Task.Delay(AcceptRetryDelay, _stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Serve(Socket socket)
    {
        PeerConnection connection;
        try
        {
            connection = PeerConnection.Over(socket, _options.NoDelay);
        }
        catch (SocketException)
        {
            // The other side was gone before the connection was looked at.
            socket.Dispose();
            return;
        }

        var inbound = new InboundConnection(_context, _inbound, connection, FindPeer);
        if (_inbound.TryAdd(inbound))
        {
            inbound.Start(_stopping);
            return;
        }

        connection.Dispose();
    }

    private Peer? FindPeer(MemberId member) => _peers.GetValueOrDefault(member);

    private async Task KeepAliveAsync()
    {
        using var timer = new PeriodicTimer(_options.KeepAliveInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping).ConfigureAwait(false))
            {
                foreach (Peer peer in _peers.Values)
                {
                    foreach (OutboundLane lane in peer.Lanes)
                    {
                        lane.KeepAlive();
                    }
                }

                foreach (InboundConnection connection in _inbound.Snapshot())
                {
                    connection.KeepAlive();
                }
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
