using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Chaos.Proxy;

/// <summary>The address at which other members reach a member. It reads the dialling member from the handshake, so one
/// address serves all of them, and each direction between two members can be disturbed separately.</summary>
internal sealed class PeerProxy : IAsyncDisposable
{
    private readonly MemberId _member;
    private readonly LinkTable _links;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, Task> _relays = new();
    private readonly Task _accepting;
    private long _accepted;

    /// <summary>Opens an address for a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="target">The endpoint on which the member listens.</param>
    /// <param name="links">The network between the members.</param>
    public PeerProxy(MemberId member, IPEndPoint target, LinkTable links)
    {
        _member = member;
        Target = target;
        _links = links;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = _listener.LocalEndPoint!.ToString()!;
        _accepting = AcceptAsync();
    }

    /// <summary>The address, as <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>The endpoint on which the member listens.</summary>
    public IPEndPoint Target { get; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_relays.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket dialer = await _listener.AcceptAsync(_stop.Token);
                long number = _accepted++;
                _relays[number] = Task.Run(async () =>
                {
                    await RelayAsync(dialer);
                    _relays.TryRemove(number, out _);
                });
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task RelayAsync(Socket dialer)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using NetworkStream near = new(dialer, ownsSocket: true);
        using Socket target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        dialer.NoDelay = true;
        target.NoDelay = true;
        try
        {
            HandshakeRequest request = await HandshakeCodec.ReadRequestAsync(near, end.Token);
            Link there = _links.Between(request.From, _member);
            there.Add(end);
            try
            {
                await there.WaitOpenAsync(end.Token);
                await target.ConnectAsync(Target, end.Token);
                using NetworkStream far = new(target);
                await HandshakeCodec.WriteAsync(far, request, end.Token);
                await RelayBothWaysAsync(near, far, there, _links.Between(_member, request.From), end);
            }
            finally
            {
                there.Remove(end);
            }
        }
        catch (Exception exception) when (IsEnd(exception) || exception is ProtocolException)
        {
            // The dialling member sees its connection close, and retries.
            return;
        }
    }

    private static async Task RelayBothWaysAsync(
        NetworkStream near, NetworkStream far, Link there, Link back, CancellationTokenSource end)
    {
        Task[] directions = [Pump.RunAsync(near, far, there, end.Token), Pump.RunAsync(far, near, back, end.Token)];
        await Task.WhenAny(directions);
        await end.CancelAsync();
        await Task.WhenAll(directions);
    }

    /// <summary>Whether an exception means that a connection has ended.</summary>
    internal static bool IsEnd(Exception exception) =>
        exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException;
}
