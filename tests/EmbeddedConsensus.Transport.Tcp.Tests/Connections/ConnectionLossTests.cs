using System.Net.Sockets;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Connections;

/// <summary>Peers and networks that fail in ways that a plain close does not show.</summary>
public sealed class ConnectionLossTests
{
    private static readonly MemberId Two = new(2);

    [Fact]
    [Trait("Scenario", "16")]
    public async Task An_acceptor_that_goes_silent_is_given_up_and_dialled_again()
    {
        using Socket listener = RawPeer.Listen(out string address);
        await using TcpNode node = await TcpNode.StartAsync(1, Impatient);
        node.Transport.SetPeers([new MemberEndpoint(Two, address)]);
        using RawPeer silent = await RawPeer.AcceptAsync(listener);
        await silent.AcceptHandshakeAsync();
        await silent.ExpectCloseAsync();
        await node.ExpectAsync(receiver => receiver.UnreachableCount(Two) > 0);
        using RawPeer next = await RawPeer.AcceptAsync(listener);
        Assert.Equal(node.Id, (await next.AcceptHandshakeAsync()).From);
    }

    [Fact]
    [Trait("Scenario", "16")]
    public async Task A_dialer_that_goes_silent_is_closed()
    {
        await using TcpNode node = await TcpNode.StartAsync(1, Impatient);
        await node.AdmitAsync(2);
        using RawPeer silent = await RawPeer.ConnectAsync(node.Transport);
        Assert.Equal(HandshakeStatus.Accepted, (await silent.ShakeHandsAsync(node.RequestFrom(2))).Status);
        await silent.ExpectCloseAsync();
    }

    [Fact]
    public async Task Two_idle_transports_stay_connected()
    {
        await using TcpNode one = await TcpNode.StartAsync(1, LessImpatient);
        await using TcpNode two = await TcpNode.StartAsync(2, LessImpatient);
        one.SetPeers(two);
        await one.ReachAsync(two, 1);
        int unreachable = one.Receiver.UnreachableCount(Two);

        // A third peer that is silent is given up twice meanwhile: long enough to lose an idle one as well.
        using Socket listener = RawPeer.Listen(out string address);
        one.Know(new MemberEndpoint(new MemberId(3), address));
        for (int i = 0; i < 2; i++)
        {
            using RawPeer silent = await RawPeer.AcceptAsync(listener);
            await silent.AcceptHandshakeAsync();
            await silent.ExpectCloseAsync();
        }

        Assert.Equal(unreachable, one.Receiver.UnreachableCount(Two));
    }

    [Fact]
    [Trait("Scenario", "16")]
    public async Task A_receiver_that_takes_its_time_is_no_reason_to_give_up_the_connection()
    {
        await using TcpNode one = await TcpNode.StartAsync(1, LessImpatient);
        await using TcpNode two = await TcpNode.StartAsync(2, LessImpatient);
        one.SetPeers(two);
        two.Receiver.Hold(TransportLane.Consensus);
        await one.ReachAsync(two, 1);
        int unreachable = one.Receiver.UnreachableCount(Two);

        using Socket listener = RawPeer.Listen(out string address);
        two.Know(new MemberEndpoint(new MemberId(3), address));
        for (int i = 0; i < 2; i++)
        {
            using RawPeer silent = await RawPeer.AcceptAsync(listener);
            await silent.AcceptHandshakeAsync();
            await silent.ExpectCloseAsync();
        }

        two.Receiver.Release(TransportLane.Consensus);
        await one.ReachAsync(two, 2);
        Assert.Equal(unreachable, one.Receiver.UnreachableCount(Two));
    }

    [Fact]
    public async Task A_connection_that_replaces_another_waits_until_the_receiver_is_done_with_the_earlier_one()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        node.Receiver.Hold(TransportLane.Consensus);
        using RawPeer first = await RawPeer.ConnectAsync(node.Transport);
        await first.ShakeHandsAsync(node.RequestFrom(2, attempt: 1));
        await first.SendAsync(node.HeartbeatFrom(2, 1), node.HeartbeatFrom(2, 2));
        await node.ExpectAsync(_ => node.Has(1));

        using RawPeer second = await RawPeer.ConnectAsync(node.Transport);
        await second.ShakeHandsAsync(node.RequestFrom(2, attempt: 2));
        await second.SendAsync(node.HeartbeatFrom(2, 3));
        await first.ExpectCloseAsync();
        await node.AdmitAsync(4);
        using RawPeer other = await RawPeer.ConnectAsync(node.Transport);
        await other.ShakeHandsAsync(node.RequestFrom(4));
        await other.SendAsync(node.HeartbeatFrom(4, 4));
        await node.ExpectAsync(_ => node.Has(4));
        Assert.False(node.Has(3));

        // What the first connection had not delivered yet goes down with it.
        node.Receiver.Release(TransportLane.Consensus);
        await node.ExpectAsync(_ => node.Has(3));
        Assert.False(node.Has(2));
    }

    [Fact]
    public async Task A_connection_that_ends_inside_a_frame_delivers_what_came_before_and_no_more()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        byte[] half = RawPeer.Frame(node.HeartbeatFrom(2, 2));
        using (RawPeer peer = await RawPeer.ConnectAsync(node.Transport))
        {
            await peer.ShakeHandsAsync(node.RequestFrom(2, attempt: 1));
            await peer.SendAsync(node.HeartbeatFrom(2, 1));
            await peer.Stream.WriteAsync(half.AsMemory(0, half.Length - 1));
        }

        using RawPeer next = await RawPeer.ConnectAsync(node.Transport);
        await node.ExpectAsync(_ => node.Has(1));
        await next.ShakeHandsAsync(node.RequestFrom(2, attempt: 2));
        await next.SendAsync(node.HeartbeatFrom(2, 3));
        await node.ExpectAsync(_ => node.Has(3));
        Assert.Equal([1UL, 3UL], node.Receiver.Messages.Select(message => message.Context));
    }

    [Theory]
    [InlineData("oversized")]
    [InlineData("checksum")]
    [InlineData("version")]
    [InlineData("noise")]
    public async Task A_bad_frame_closes_its_connection_and_no_other(string what)
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        await using TcpNode other = await TcpNode.StartAsync(3);
        other.SetPeers(node);
        byte[] frame = RawPeer.Frame(node.HeartbeatFrom(2, 666));
        switch (what)
        {
            case "oversized":
                new FrameHeader(uint.MaxValue, ProtocolVersion.Max, 0).Write(frame);
                break;
            case "checksum":
                // Within a number: the message stays one that can be read.
                frame[^2] ^= 1;
                break;
            case "version":
                frame[4] = 9;
                break;
            default:
                new Random(1).NextBytes(frame);
                break;
        }

        using RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
        await peer.ShakeHandsAsync(node.RequestFrom(2));
        await peer.Stream.WriteAsync(frame);
        await peer.ExpectCloseAsync();
        await other.ReachAsync(node, 1);
        Assert.False(node.Has(666));
    }

    [Fact]
    [Trait("Scenario", "12")]
    public async Task Messages_that_do_not_belong_to_their_connection_are_dropped_and_logged_once()
    {
        var log = new RecordingLogger();
        await using TcpNode node = await TcpNode.StartAsync(1, logger: log);
        await node.AdmitAsync(2);
        using RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
        await peer.ShakeHandsAsync(node.RequestFrom(2));
        await peer.SendAsync(
            TcpNode.Heartbeat(3, 1, 10),
            TcpNode.Heartbeat(2, 9, 11),
            TcpNode.Heartbeat(1, 2, 12),
            TcpNode.Heartbeat(2, 1, 13));
        await node.ExpectAsync(_ => node.Has(13));
        Assert.Single(node.Receiver.Messages);
        Assert.Single(log.TextsOf(209));
    }

    [Fact]
    [Trait("Scenario", "16")]
    public async Task Under_constant_loss_of_connections_messages_arrive_at_most_once_in_order_and_whole()
    {
        await using TcpNode target = await TcpNode.StartAsync(2);
        await using var proxy = new FlakyProxy(target.Transport.BoundEndpoint!, seed: 42);
        await using TcpNode source = await TcpNode.StartAsync(1, options =>
        {
            options.ReconnectBackoffMin = TimeSpan.FromMilliseconds(1);
            options.ReconnectBackoffMax = TimeSpan.FromMilliseconds(4);
        });
        target.Know(new MemberEndpoint(source.Id, source.Transport.Address));
        source.Know(new MemberEndpoint(Two, proxy.Address));
        const int Count = 6000;
        for (int i = 1; i <= Count; i++)
        {
            source.Transport.TrySend(Numbered(i));
            source.Transport.Flush();
            if (i % 25 == 0)
            {
                // Gives a lost connection the time to come back, so that the messages spread over many.
                await target.Receiver.WaitForAsync(_ => target.Has((ulong)i), TimeSpan.FromMilliseconds(20));
            }
        }

        proxy.IsFlaky = false;
        await source.ReachAsync(target, Count + 1);
        Assert.True(proxy.Killed > 30, $"Only {proxy.Killed} connections were lost.");
        RaftMessage[] received = [.. target.Receiver.Messages.Where(message => message.Context <= Count)];
        Assert.True(received.Length > Count / 10, $"Only {received.Length} messages arrived.");
        ulong last = 0;
        foreach (RaftMessage message in received)
        {
            Assert.True(message.Context > last, $"Message {message.Context} came after {last}.");
            Assert.True(RaftMessageEquality.ContentEquals(Numbered((int)message.Context), message));
            last = message.Context;
        }
    }

    private static RaftMessage Numbered(int number)
    {
        byte[] payload = new byte[number % 50 == 0 ? 5000 : number % 300];
        new Random(number).NextBytes(payload);
        return new RaftMessage
        {
            Type = RaftMessageType.Append,
            From = new MemberId(1),
            To = Two,
            Context = (ulong)number,
            Entries = new LogEntry[] { new((ulong)number, 1, LogEntryKind.Command, payload) },
        };
    }

    // Long enough that a busy machine loses nothing that it should keep.
    private static void LessImpatient(TcpTransportOptions options)
    {
        Impatient(options);
        options.IdleTimeout = TimeSpan.FromSeconds(2);
    }

    private static void Impatient(TcpTransportOptions options)
    {
        options.KeepAliveInterval = TimeSpan.FromMilliseconds(50);
        options.IdleTimeout = TimeSpan.FromMilliseconds(400);
        options.ReconnectBackoffMin = TimeSpan.FromMilliseconds(1);
        options.ReconnectBackoffMax = TimeSpan.FromMilliseconds(20);
    }
}
