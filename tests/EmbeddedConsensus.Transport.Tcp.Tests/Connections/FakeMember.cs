using System.Net.Sockets;
using EmbeddedConsensus.Transport.Tcp.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Connections;

/// <summary>A process at a member's address that answers handshakes as that member does, and reads what comes after
/// them. A node that knows the address recognizes connections with <see cref="SecretOf"/>.</summary>
internal sealed class FakeMember : IAsyncDisposable
{
    private readonly Socket _listener = RawPeer.Listen(out _);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    public FakeMember(ulong id)
    {
        Endpoint = new MemberEndpoint(new MemberId(id), _listener.LocalEndPoint!.ToString()!);
        _accepting = AcceptAsync();
    }

    public MemberEndpoint Endpoint { get; }

    /// <summary>What a member with an id shows in these tests.</summary>
    public static PeerSecret SecretOf(ulong id) => new(1_000_000 + id);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                _connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            HandshakeRequest request = await HandshakeCodec.ReadRequestAsync(stream, _stop.Token);
            await HandshakeCodec.WriteAsync(stream, ResponseTo(request), _stop.Token);
            await stream.CopyToAsync(Stream.Null, _stop.Token);
        }
        catch (Exception exception) when (
            exception is IOException or OperationCanceledException or ProtocolException)
        {
            return;
        }
    }

    private HandshakeResponse ResponseTo(in HandshakeRequest request) => new(
        HandshakeStatus.Accepted,
        ProtocolVersion.Max,
        ProtocolVersion.Min,
        ProtocolVersion.Max,
        request.ClusterId,
        Endpoint.Id,
        SecretOf(Endpoint.Id.Value).Fingerprint,
        "");
}
