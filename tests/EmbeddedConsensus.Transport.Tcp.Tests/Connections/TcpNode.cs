using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport.Tcp.Wire;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Connections;

/// <summary>A started transport on the loopback interface, and what it delivers.</summary>
internal sealed class TcpNode : IAsyncDisposable
{
    public const ulong ClusterId = 77;
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private TcpNode(TcpTransport transport, MemberId id)
    {
        Transport = transport;
        Id = id;
    }

    public TcpTransport Transport { get; }

    public MemberId Id { get; }

    public RecordingReceiver Receiver { get; } = new();

    public static async Task<TcpNode> StartAsync(
        ulong id,
        Action<TcpTransportOptions>? configure = null,
        ILogger<TcpTransport>? logger = null,
        string? address = null,
        ulong clusterId = ClusterId)
    {
        TcpTransportOptions options = Options();
        configure?.Invoke(options);
        var node = new TcpNode(new TcpTransport(Context(id, address, clusterId), options, logger), new MemberId(id));
        await node.Transport.StartAsync(node.Receiver);
        return node;
    }

    public static TcpTransportOptions Options() => new() { ListenEndpoint = "127.0.0.1:0" };

    public static TransportContext Context(
        ulong id, string? address = null, ulong clusterId = ClusterId) =>
        new(clusterId, new MemberId(id), Incarnation: 1, MaxMessageBytes: 0, address);

    /// <summary>How member <paramref name="from"/> introduces itself to this one.</summary>
    public HandshakeRequest RequestFrom(ulong from, ulong incarnation = 1, ulong attempt = 1) =>
        new(
            ProtocolVersion.Min,
            ProtocolVersion.Max,
            ClusterId,
            new MemberId(from),
            incarnation,
            attempt,
            Id,
            TransportLane.Consensus);

    public void SetPeers(params TcpNode[] peers) =>
        Transport.SetPeers([.. peers.Select(peer => new MemberEndpoint(peer.Id, peer.Transport.Address))]);

    public RaftMessage HeartbeatFrom(ulong from, ulong context) => Heartbeat(from, Id.Value, context);

    public static RaftMessage Heartbeat(ulong from, ulong to, ulong context) =>
        new()
        {
            Type = RaftMessageType.Heartbeat,
            From = new MemberId(from),
            To = new MemberId(to),
            Context = context,
        };

    public bool Has(ulong context) => Receiver.Messages.Any(message => message.Context == context);

    public async Task ExpectAsync(Func<RecordingReceiver, bool> condition) =>
        Assert.True(await Receiver.WaitForAsync(condition, Limit), "It did not happen in time.");

    /// <summary>Sends a heartbeat, and again until it arrives.</summary>
    public async Task ReachAsync(TcpNode target, ulong context)
    {
        for (int i = 0; i < 150; i++)
        {
            Transport.TrySend(Heartbeat(Id.Value, target.Id.Value, context));
            Transport.Flush();
            if (await target.Receiver.WaitForAsync(_ => target.Has(context), TimeSpan.FromMilliseconds(200)))
            {
                return;
            }
        }

        Assert.Fail($"Member {target.Id} was not reached.");
    }

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
