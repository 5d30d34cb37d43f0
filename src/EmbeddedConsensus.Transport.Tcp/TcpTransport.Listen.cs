using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Transport.Tcp.Connections;

namespace EmbeddedConsensus.Transport.Tcp;

public sealed partial class TcpTransport
{
    private const int ListenBacklog = 512;

    // How long to wait when the process has no file descriptor left for another connection.
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(100);

    private async Task<Socket> ListenAsync(CancellationToken cancellationToken)
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
        catch (SocketException exception)
        {
            listener?.Dispose();
            string advice = exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    "Another process, or another replica of this one, listens there: stop it or choose another port.",
                SocketError.AccessDenied => "The process may not use that port: choose one above 1023.",
                SocketError.HostNotFound or SocketError.AddressNotAvailable =>
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

        IPAddress[] found = await Dns.GetHostAddressesAsync(address.Host, cancellationToken).ConfigureAwait(false);
        return found.Length > 0
            ? new IPEndPoint(found[0], address.Port)
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
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

        var inbound = new InboundConnection(_context, _inbound, connection, MemberSeen);
        if (_inbound.TryAdd(inbound))
        {
            inbound.Start(_stopping);
            return;
        }

        connection.Dispose();
        string reason = $"There are {_options.MaxInboundConnections} connections already. Raise "
            + $"{nameof(TcpTransportOptions.MaxInboundConnections)} if they are all members'.";
        if (_context.Refusals.ShouldLog(reason))
        {
            _context.Logger.Refused(connection.Remote, reason);
        }
    }

    // A member that has just connected is up: no need to wait before trying to reach it.
    private void MemberSeen(MemberId member)
    {
        if (_peers.TryGetValue(member, out OutboundLane[]? lanes))
        {
            Array.ForEach(lanes, lane => lane.Nudge());
        }
    }

    private async Task KeepAliveAsync()
    {
        using var timer = new PeriodicTimer(_options.KeepAliveInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping).ConfigureAwait(false))
            {
                foreach (OutboundLane lane in AllLanes())
                {
                    lane.KeepAlive();
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
