using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Connections;

/// <summary>A peer that speaks the protocol by hand, rightly or wrongly.</summary>
internal sealed class RawPeer : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;

    private RawPeer(Socket socket)
    {
        _socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    public NetworkStream Stream { get; }

    public static async Task<RawPeer> ConnectAsync(TcpTransport target)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target.BoundEndpoint!);
        return new RawPeer(socket);
    }

    public static async Task<RawPeer> AcceptAsync(Socket listener) =>
        new(await listener.AcceptAsync().WaitAsync(Limit));

    /// <summary>A socket that listens on the loopback interface.</summary>
    public static Socket Listen(out string address)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        address = listener.LocalEndPoint!.ToString()!;
        return listener;
    }

    /// <summary>Introduces this side, and returns the answer.</summary>
    public async Task<HandshakeResponse> ShakeHandsAsync(HandshakeRequest request)
    {
        using var deadline = new CancellationTokenSource(Limit);
        await HandshakeCodec.WriteAsync(Stream, request, deadline.Token);
        return await HandshakeCodec.ReadResponseAsync(Stream, deadline.Token);
    }

    /// <summary>Takes the other side's introduction, and accepts.</summary>
    public async Task<HandshakeRequest> AcceptHandshakeAsync()
    {
        using var deadline = new CancellationTokenSource(Limit);
        HandshakeRequest request = await HandshakeCodec.ReadRequestAsync(Stream, deadline.Token);
        await HandshakeCodec.WriteAsync(
            Stream,
            new HandshakeResponse(
                HandshakeStatus.Accepted,
                ProtocolVersion.Max,
                ProtocolVersion.Min,
                ProtocolVersion.Max,
                request.ClusterId,
                request.To,
                FakeMember.SecretOf(request.To.Value).Fingerprint,
                ""),
            deadline.Token);
        return request;
    }

    public async Task SendAsync(params RaftMessage[] messages) => await Stream.WriteAsync(Frame(messages));

    /// <summary>Reads until the other side closes the connection; what it sends before does not matter.</summary>
    public async Task ExpectCloseAsync()
    {
        using var deadline = new CancellationTokenSource(Limit);
        byte[] buffer = new byte[256];
        try
        {
            while (await Stream.ReadAsync(buffer, deadline.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A reset is a close as well.
            return;
        }
    }

    /// <summary>The frames of messages.</summary>
    public static byte[] Frame(params RaftMessage[] messages)
    {
        var queue = new SendQueue();
        foreach (RaftMessage message in messages)
        {
            queue.Append(message, ProtocolVersion.Max);
        }

        byte[] bytes = [.. Enumerable.Range(0, queue.BlockCount).SelectMany(i => queue.BlockAt(i).ToArray())];
        queue.Clear();
        return bytes;
    }

    public void Dispose() => Stream.Dispose();
}
