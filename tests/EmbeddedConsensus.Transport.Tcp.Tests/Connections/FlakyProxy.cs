using System.Net;
using System.Net.Sockets;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Connections;

/// <summary>Passes bytes on between a dialer and a target, and cuts each connection after a random number of
/// them.</summary>
internal sealed class FlakyProxy : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly IPEndPoint _target;
    private readonly Random _random;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _relays = [];
    private readonly Task _accepting;
    private int _killed;

    public FlakyProxy(IPEndPoint target, int seed)
    {
        _target = target;
        _random = new Random(seed);
        _listener = RawPeer.Listen(out string address);
        Address = address;
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public int Killed => Volatile.Read(ref _killed);

    public bool IsFlaky { get; set; } = true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_relays);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket dialer = await _listener.AcceptAsync(_stop.Token);
                _relays.Add(RelayAsync(dialer, IsFlaky ? _random.Next(1, 20_000) : int.MaxValue));
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task RelayAsync(Socket dialer, int bytesToLive)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (dialer)
        using (var target = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await target.ConnectAsync(_target, end.Token);
                await Task.WhenAny(
                    PumpAsync(dialer, target, bytesToLive, end.Token),
                    PumpAsync(target, dialer, int.MaxValue, end.Token));
                await end.CancelAsync();
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int bytesToLive, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[8192];
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer, cancellationToken);
                int passed = Math.Min(count, bytesToLive);
                bytesToLive -= passed;
                await to.SendAsync(buffer.AsMemory(0, passed), cancellationToken);
                if (count == 0 || bytesToLive == 0)
                {
                    Interlocked.Add(ref _killed, count == 0 ? 0 : 1);
                    return;
                }
            }
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }
}
