using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Opens connections to a peer, and introduces this member.</summary>
internal static class PeerDialer
{
    /// <summary>Connects and shakes hands.</summary>
    /// <param name="context">The transport's settings.</param>
    /// <param name="peer">Who to reach and where; a peer without an id is whoever listens there.</param>
    /// <param name="identity">Learns what the peer is known by; null for a peer without an id.</param>
    /// <param name="lane">What the connection will carry.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connection, and the protocol version to speak on it.</returns>
    /// <exception cref="ProtocolException">The other side refused, is somebody else, or does not speak the
    /// protocol.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="TimeoutException">The other side took too long.</exception>
    public static async Task<(PeerConnection Connection, byte Version)> DialAsync(
        TcpTransportContext context,
        MemberEndpoint peer,
        PeerIdentity? identity,
        TransportLane lane,
        CancellationToken cancellationToken)
    {
        Socket socket = await ConnectAsync(context.Options, peer.Address, cancellationToken).ConfigureAwait(false);
        var connection = PeerConnection.Over(socket, context.Options.NoDelay);
        try
        {
            byte version = await WithinAsync(
                context.Options.HandshakeTimeout,
                "its answer to the handshake",
                token => ShakeHandsAsync(context, connection.Stream, peer.Id, identity, lane, token),
                cancellationToken).ConfigureAwait(false);
            return (connection, version);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(
        TcpTransportOptions options, string address, CancellationToken cancellationToken)
    {
        if (!PeerAddress.TryParse(address, out PeerAddress target) || target.IsAny || target.Port == 0)
        {
            throw new ProtocolException($"The address '{address}' is not of the form host:port.");
        }

        Socket? socket = null;
        try
        {
            EndPoint endpoint = IPAddress.TryParse(target.Host, out IPAddress? ip)
                ? new IPEndPoint(ip, target.Port)
                : new DnsEndPoint(target.Host, target.Port);
            socket = ip is null
                ? new Socket(SocketType.Stream, ProtocolType.Tcp)
                : new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await WithinAsync(
                options.ConnectTimeout,
                "the connection",
                async token =>
                {
                    await socket.ConnectAsync(endpoint, token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);

            // The kernel may connect a socket to itself when nobody listens on a port of the ephemeral range.
            return !Equals(socket.LocalEndPoint, socket.RemoteEndPoint)
                ? socket
                : throw new IOException("Nobody listens there.");
        }
        catch (Exception exception)
        {
            socket?.Dispose();
            if (exception is SocketException)
            {
                throw new IOException(exception.Message, exception);
            }

            throw;
        }
    }

    private static async Task<byte> ShakeHandsAsync(
        TcpTransportContext context,
        Stream stream,
        MemberId peer,
        PeerIdentity? identity,
        TransportLane lane,
        CancellationToken cancellationToken)
    {
        var request = new HandshakeRequest(
            ProtocolVersion.Min,
            ProtocolVersion.Max,
            context.Identity.ClusterId,
            context.Identity.MemberId,
            context.Identity.Incarnation,
            context.NextAttempt(),
            peer,
            lane,
            identity is null ? default : context.Secrets.For(peer));
        await HandshakeCodec.WriteAsync(stream, request, cancellationToken).ConfigureAwait(false);
        HandshakeResponse response =
            await HandshakeCodec.ReadResponseAsync(stream, cancellationToken).ConfigureAwait(false);
        if (response.ClusterId == context.Identity.ClusterId && response.Member == peer)
        {
            // Also from a refusal: two members that do not know each other yet would refuse each other forever.
            identity?.Learn(response.Fingerprint);
        }

        if (response.Status != HandshakeStatus.Accepted)
        {
            throw new ProtocolException(Explain(request, response))
            {
                IsWrongCluster = response.Status == HandshakeStatus.WrongCluster,
                IsUnproven = response.Status == HandshakeStatus.Unproven,
            };
        }

        return response.ClusterId == context.Identity.ClusterId
            && (peer.IsNone || response.Member == peer)
            && response.Version is >= ProtocolVersion.Min and <= ProtocolVersion.Max
                ? response.Version
                : throw new ProtocolException(
                    $"It accepted as member {response.Member} of cluster {response.ClusterId:x} with protocol version "
                    + $"{response.Version}, which is not what was asked for.");
    }

    private static string Explain(in HandshakeRequest request, in HandshakeResponse response) => response.Status switch
    {
        HandshakeStatus.VersionMismatch =>
            $"It speaks protocol versions {response.MinVersion} to {response.MaxVersion}, this member "
            + $"{request.MinVersion} to {request.MaxVersion}. Upgrade the older one.",
        HandshakeStatus.WrongCluster =>
            $"It belongs to another cluster than this member, whose name has the hash {request.ClusterId:x}. Check the "
            + "address and ClusterName.",
        HandshakeStatus.WrongMember =>
            $"Member {response.Member} is there, not {request.To}. Check the address.",
        HandshakeStatus.Stale =>
            $"It has seen a later start of this member than incarnation {request.Incarnation}. Make sure that no other "
            + "process runs as this member, and that the incarnation grows with each start.",
        HandshakeStatus.Unproven when response.KnownAddress.Length == 0 =>
            $"Member {response.Member} does not know where member {request.From} is, or that it is a member.",
        HandshakeStatus.Unproven =>
            $"Member {response.Member} looks for member {request.From} at {response.KnownAddress}, and what answers "
            + "there is not this process, or does not answer. Make sure that no other process runs as this member and "
            + "that this one is reached at that address.",
        HandshakeStatus.UnknownLane => $"It does not know the lane {request.Lane}.",
        _ => $"It refused with status {(byte)response.Status}.",
    };

    private static async Task<T> WithinAsync<T>(
        TimeSpan limit, string what, Func<CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(limit);
        try
        {
            return await run(source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited {limit.TotalSeconds} s for {what}.", exception);
        }
    }
}
