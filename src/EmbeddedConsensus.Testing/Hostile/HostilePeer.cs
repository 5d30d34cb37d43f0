using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EmbeddedConsensus.Testing.Hostile;

/// <summary>
/// Attacks the members of a cluster over TCP, as a process could that reaches their ports and is no member: with valid
/// and invalid bytes, under any id, in any term and incarnation, fast and slow. For tests that show that an app's
/// cluster serves all the same.
/// </summary>
/// <remarks>It knows the cluster's name, the ids and the addresses, which are no secrets, and nothing else. It does not
/// ask to join: until a cluster has certificates, a process that knows its name and reaches a member may do
/// so.</remarks>
public sealed class HostilePeer
{
    private const int RequestLane = 2;
    private const int MaxWorkers = 10_000;

    private static readonly HostileAct[] Acts = Enum.GetValues<HostileAct>();

    private readonly HostilePeerOptions _options;
    private readonly IPEndPoint[] _targets;
    private readonly ConcurrentDictionary<HostileAct, long> _counts = new();

    /// <summary>A hostile peer that does nothing yet.</summary>
    /// <param name="options">Whom it attacks, and how.</param>
    /// <exception cref="ArgumentException">No address or id is given, an address is not an IP address with a port, or
    /// the number of workers is out of range.</exception>
    public HostilePeer(HostilePeerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Workers, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Workers, MaxWorkers, nameof(options));
        if (options.Addresses.Count == 0 || options.MemberIds.Count == 0)
        {
            throw new ArgumentException(
                $"{nameof(options.Addresses)} and {nameof(options.MemberIds)} need at least one value each.",
                nameof(options));
        }

        _options = options;
        _targets = [.. options.Addresses.Select(Parse)];
    }

    /// <summary>How often each act was carried out to its end, or until the member closed the connection.</summary>
    public IReadOnlyDictionary<HostileAct, long> Counts => _counts;

    /// <summary>Attacks until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends the attack.</param>
    /// <returns>Completes, without an exception, when every connection is closed.</returns>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Enumerable.Range(0, _options.Workers).Select(worker => Task.Run(
            () => WorkAsync(new Random((_options.Seed * MaxWorkers) + worker), cancellationToken),
            CancellationToken.None)));

    private async Task WorkAsync(Random random, CancellationToken cancellationToken)
    {
        var bytes = new HostileBytes(_options, random);
        while (!cancellationToken.IsCancellationRequested)
        {
            HostileAct act = Acts[random.Next(Acts.Length)];
            IPEndPoint target = _targets[random.Next(_targets.Length)];
            try
            {
                await ActAsync(act, target, bytes, cancellationToken).ConfigureAwait(false);
                await Task.Delay(_options.Pause, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (
                exception is IOException or SocketException or OperationCanceledException)
            {
                // The member closed the connection, is down, or has no room for another one.
            }

            _counts.AddOrUpdate(act, 1, static (_, count) => count + 1);
        }
    }

    private async Task ActAsync(
        HostileAct act, IPEndPoint target, HostileBytes bytes, CancellationToken cancellationToken)
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        if (act == HostileAct.Stall)
        {
            await TrickleAsync(stream, bytes.Handshake(bytes.AnyId(), bytes.AnyId(), 0), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        foreach (byte[] piece in PiecesOf(act, bytes))
        {
            await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
        }

        await HoldAsync(stream, act == HostileAct.Silence, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<byte[]> PiecesOf(HostileAct act, HostileBytes bytes)
    {
        ulong to = bytes.AnyMember();
        ulong from = act == HostileAct.UnknownMember ? bytes.AnyId() : bytes.AnyMember();
        return act switch
        {
            HostileAct.Silence => [],
            HostileAct.Noise => [bytes.Noise()],
            HostileAct.OddHandshake => [bytes.OddHandshake()],
            HostileAct.OddRequest => [bytes.Handshake(from, to, RequestLane), bytes.OddRequest()],
            HostileAct.FalseAddress => [bytes.Handshake(from, to, RequestLane), bytes.FalseAddress()],
            HostileAct.Removal => [bytes.Handshake(from, to, RequestLane), bytes.Removal()],
            HostileAct.LongFrame => [bytes.Handshake(from, to, 0), bytes.LongFrame()],
            _ =>
            [
                bytes.Handshake(from, to, 0),
                .. Enumerable.Range(0, 4).Select(_ => bytes.Message(from, to)),
            ],
        };
    }

    // What the member sends is read, so that it is not the reset of a connection that makes it close its end.
    private async Task HoldAsync(NetworkStream stream, bool isLong, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(isLong ? _options.StallTime : _options.StallTime / 10);
        byte[] buffer = new byte[512];
        while (await stream.ReadAsync(buffer, limit.Token).ConfigureAwait(false) > 0)
        {
        }
    }

    private async Task TrickleAsync(NetworkStream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        TimeSpan pause = _options.StallTime / bytes.Length;
        foreach (byte value in bytes[..^1])
        {
            await stream.WriteAsync(new[] { value }, cancellationToken).ConfigureAwait(false);
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IPEndPoint Parse(string address) =>
        IPEndPoint.TryParse(address, out IPEndPoint? endpoint) && endpoint.Port > 0
            ? endpoint
            : throw new ArgumentException($"'{address}' is not an IP address with a port.", nameof(address));
}
