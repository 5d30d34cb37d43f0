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

    private readonly Dictionary<MemberId, MemberEndpoint> _known = [];
    private readonly List<FakeMember> _fakes = [];

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
            TransportLane.Consensus,
            FakeMember.SecretOf(from));

    /// <summary>Makes members known to each other.</summary>
    public void SetPeers(params TcpNode[] peers)
    {
        foreach (TcpNode peer in peers)
        {
            Know(new MemberEndpoint(peer.Id, peer.Transport.Address));
            peer.Know(new MemberEndpoint(Id, Transport.Address));
        }
    }

    /// <summary>Adds a peer.</summary>
    public void Know(MemberEndpoint peer)
    {
        lock (_known)
        {
            _known[peer.Id] = peer;
            Transport.SetPeers([.. _known.Values]);
        }
    }

    /// <summary>Adds a member whose connections a test opens by hand, with <see cref="RequestFrom"/>, and waits until
    /// they would be recognized.</summary>
    public async Task AdmitAsync(ulong id)
    {
        var member = new FakeMember(id);
        _fakes.Add(member);
        Know(member.Endpoint);
        HandshakeRequest probe = RequestFrom(id) with { Lane = (TransportLane)9 };
        for (int i = 0; i < 300; i++)
        {
            using RawPeer peer = await RawPeer.ConnectAsync(Transport);
            if ((await peer.ShakeHandsAsync(probe)).Status == HandshakeStatus.UnknownLane)
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail($"Member {Id} did not reach member {id}.");
    }

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

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        foreach (FakeMember fake in _fakes)
        {
            await fake.DisposeAsync();
        }
    }
}
