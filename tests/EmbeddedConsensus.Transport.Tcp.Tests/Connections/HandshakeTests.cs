using System.Net.Sockets;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Connections;

public sealed class HandshakeTests
{
    [Fact]
    public async Task A_right_introduction_is_accepted_and_messages_flow()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        using RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
        HandshakeResponse response = await peer.ShakeHandsAsync(node.RequestFrom(2));
        Assert.Equal(HandshakeStatus.Accepted, response.Status);
        Assert.Equal(node.Id, response.Member);
        Assert.Equal(TcpNode.ClusterId, response.ClusterId);
        await peer.SendAsync(node.HeartbeatFrom(2, 5));
        await node.ExpectAsync(_ => node.Has(5));
    }

    [Theory]
    [Trait("Scenario", "12")]
    [InlineData("cluster")]
    [InlineData("member")]
    [InlineData("self")]
    [InlineData("none")]
    [InlineData("lane")]
    [InlineData("newer")]
    [InlineData("older")]
    public async Task A_wrong_introduction_is_refused_with_its_reason(string what)
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        using RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
        HandshakeRequest right = node.RequestFrom(2);
        (HandshakeRequest wrong, HandshakeStatus expected) = what switch
        {
            "cluster" => (right with { ClusterId = 1 }, HandshakeStatus.WrongCluster),
            "member" => (right with { To = new MemberId(9) }, HandshakeStatus.WrongMember),
            "self" => (right with { From = node.Id }, HandshakeStatus.WrongMember),
            "none" => (right with { From = MemberId.None }, HandshakeStatus.WrongMember),
            "lane" => (right with { Lane = (TransportLane)7 }, HandshakeStatus.UnknownLane),
            "newer" => (right with { MinVersion = 2, MaxVersion = 9 }, HandshakeStatus.VersionMismatch),
            _ => (right with { MinVersion = 0, MaxVersion = 0 }, HandshakeStatus.VersionMismatch),
        };
        HandshakeResponse response = await peer.ShakeHandsAsync(wrong);
        Assert.Equal(expected, response.Status);
        Assert.Equal((ProtocolVersion.Min, ProtocolVersion.Max), (response.MinVersion, response.MaxVersion));
        await peer.ExpectCloseAsync();
        Assert.Empty(node.Receiver.Messages);
    }

    [Fact]
    public async Task A_peer_that_speaks_a_range_of_versions_around_ours_gets_ours()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        using RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
        HandshakeResponse response = await peer.ShakeHandsAsync(
            node.RequestFrom(2) with { MinVersion = 0, MaxVersion = 200 });
        Assert.Equal((HandshakeStatus.Accepted, ProtocolVersion.Max), (response.Status, response.Version));
    }

    [Fact]
    [Trait("Scenario", "12")]
    public async Task A_connection_of_an_earlier_start_is_refused_and_a_later_one_takes_over()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        using RawPeer fifth = await RawPeer.ConnectAsync(node.Transport);
        Assert.Equal(
            HandshakeStatus.Accepted, (await fifth.ShakeHandsAsync(node.RequestFrom(2, incarnation: 5))).Status);

        foreach (TransportLane lane in new[] { TransportLane.Consensus, TransportLane.Snapshot })
        {
            using RawPeer fourth = await RawPeer.ConnectAsync(node.Transport);
            HandshakeRequest stale = node.RequestFrom(2, incarnation: 4, attempt: 100) with { Lane = lane };
            Assert.Equal(HandshakeStatus.Stale, (await fourth.ShakeHandsAsync(stale)).Status);
        }

        using RawPeer sixth = await RawPeer.ConnectAsync(node.Transport);
        Assert.Equal(
            HandshakeStatus.Accepted, (await sixth.ShakeHandsAsync(node.RequestFrom(2, incarnation: 6))).Status);
        await fifth.ExpectCloseAsync();
        await sixth.SendAsync(node.HeartbeatFrom(2, 6));
        await node.ExpectAsync(_ => node.Has(6));
    }

    [Fact]
    [Trait("Scenario", "12")]
    public async Task Of_two_connections_of_one_start_the_later_one_lives_even_when_the_earlier_one_comes_late()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await node.AdmitAsync(2);
        using RawPeer second = await RawPeer.ConnectAsync(node.Transport);
        await second.ShakeHandsAsync(node.RequestFrom(2, attempt: 2));
        using RawPeer first = await RawPeer.ConnectAsync(node.Transport);
        Assert.Equal(HandshakeStatus.Stale, (await first.ShakeHandsAsync(node.RequestFrom(2, attempt: 1))).Status);
        using RawPeer third = await RawPeer.ConnectAsync(node.Transport);
        Assert.Equal(HandshakeStatus.Accepted, (await third.ShakeHandsAsync(node.RequestFrom(2, attempt: 3))).Status);
        await second.ExpectCloseAsync();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: replica\r\n\r\n")]
    [InlineData("EMBCON\u00ff\u00ff and more")]
    [InlineData("EMBCON\u0002\u0000\u00c1\u00c1")]
    [InlineData("EMBCON\u0001\u0000\u0091")]
    public async Task Garbage_instead_of_a_handshake_closes_only_its_connection(string garbage)
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await using TcpNode other = await TcpNode.StartAsync(2);
        other.SetPeers(node);
        using RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
        await peer.Stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(garbage));
        await peer.ExpectCloseAsync();
        await other.ReachAsync(node, 3);
    }

    [Fact]
    [Trait("Scenario", "60")]
    public async Task Stalled_handshakes_hold_nothing_up_and_end_at_the_limit()
    {
        await using TcpNode node = await TcpNode.StartAsync(
            1, options => options.HandshakeTimeout = TimeSpan.FromMilliseconds(300));
        await using TcpNode other = await TcpNode.StartAsync(2);
        var stalled = new List<RawPeer>();
        for (int i = 0; i < 20; i++)
        {
            RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
            await peer.Stream.WriteAsync("EMB"u8.ToArray());
            stalled.Add(peer);
        }

        other.SetPeers(node);
        await other.ReachAsync(node, 3);
        foreach (RawPeer peer in stalled)
        {
            await peer.ExpectCloseAsync();
            peer.Dispose();
        }
    }

    [Fact]
    [Trait("Scenario", "60")]
    public async Task Stalled_handshakes_give_way_to_members_when_there_are_too_many_connections()
    {
        await using TcpNode node = await TcpNode.StartAsync(1, options =>
        {
            options.MaxInboundConnections = 4;
            options.HandshakeTimeout = TimeSpan.FromMinutes(10);
        });
        await using TcpNode other = await TcpNode.StartAsync(2);
        var stalled = new List<RawPeer>();
        for (int i = 0; i < 12; i++)
        {
            stalled.Add(await RawPeer.ConnectAsync(node.Transport));
        }

        other.SetPeers(node);
        await other.ReachAsync(node, 3);
        var open = stalled.Select(peer => peer.ExpectCloseAsync()).ToList();
        while (open.Count > 4)
        {
            Task closed = await Task.WhenAny(open);
            await closed;
            open.Remove(closed);
        }

        stalled.ForEach(peer => peer.Dispose());
    }

    [Fact]
    [Trait("Scenario", "60")]
    public async Task Connections_that_never_send_their_request_give_way_to_members()
    {
        await using TcpNode node = await TcpNode.StartAsync(1, options =>
        {
            options.MaxInboundConnections = 4;
            options.RequestTimeout = TimeSpan.FromMinutes(10);
        });
        await using TcpNode other = await TcpNode.StartAsync(2);
        var silent = new List<RawPeer>();
        for (int i = 0; i < 8; i++)
        {
            RawPeer peer = await RawPeer.ConnectAsync(node.Transport);
            silent.Add(peer);
            HandshakeRequest request = node.RequestFrom(3) with { Lane = TransportLane.Request };
            Assert.Equal(HandshakeStatus.Accepted, (await peer.ShakeHandsAsync(request)).Status);
        }

        other.SetPeers(node);
        await other.ReachAsync(node, 3);
        foreach (RawPeer peer in silent.Take(4))
        {
            await peer.ExpectCloseAsync();
        }

        silent.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public async Task A_dialer_gives_up_on_an_acceptor_that_never_answers_and_tries_again()
    {
        using Socket listener = RawPeer.Listen(out string address);
        await using TcpNode node = await TcpNode.StartAsync(
            1, options => options.HandshakeTimeout = TimeSpan.FromMilliseconds(200));
        node.Transport.SetPeers([new MemberEndpoint(new MemberId(2), address)]);
        using RawPeer first = await RawPeer.AcceptAsync(listener);
        await first.ExpectCloseAsync();
        using RawPeer next = await RawPeer.AcceptAsync(listener);
        await node.ExpectAsync(receiver => receiver.UnreachableCount(new MemberId(2)) > 0);
    }

    [Fact]
    public async Task A_dialer_refuses_an_acceptor_that_claims_to_be_another_member()
    {
        using Socket listener = RawPeer.Listen(out string address);
        var logger = new RecordingLogger();
        await using TcpNode node = await TcpNode.StartAsync(1, logger: logger);
        node.Transport.SetPeers([new MemberEndpoint(new MemberId(2), address)]);
        using RawPeer peer = await RawPeer.AcceptAsync(listener);
        await HandshakeCodec.WriteAsync(
            peer.Stream,
            new HandshakeResponse(HandshakeStatus.Accepted, 1, 1, 1, TcpNode.ClusterId, new MemberId(3), 0, ""),
            default);
        await peer.ExpectCloseAsync();
        await node.ExpectAsync(receiver => receiver.UnreachableCount(new MemberId(2)) > 0);
        Assert.Empty(logger.TextsOf(202));
    }

    [Fact]
    [Trait("Scenario", "12")]
    public async Task A_refusal_is_logged_once_for_each_lane_and_not_at_each_attempt()
    {
        var dialerLog = new RecordingLogger();
        var acceptorLog = new RecordingLogger();
        await using TcpNode dialer = await TcpNode.StartAsync(1, Hasty, dialerLog);
        await using TcpNode acceptor = await TcpNode.StartAsync(2, logger: acceptorLog, clusterId: 5);
        dialer.SetPeers(acceptor);
        await dialer.ExpectAsync(receiver => receiver.UnreachableCount(acceptor.Id) >= 20);
        string[] warnings = dialerLog.TextsOf(203);
        Assert.InRange(warnings.Length, 1, 2);
        Assert.All(warnings, text => Assert.Contains("another cluster", text, StringComparison.Ordinal));
        Assert.InRange(acceptorLog.TextsOf(206).Length, 1, 2);
        Assert.Empty(acceptor.Receiver.Messages);
    }

    private static void Hasty(TcpTransportOptions options)
    {
        options.ReconnectBackoffMin = TimeSpan.FromMilliseconds(1);
        options.ReconnectBackoffMax = TimeSpan.FromMilliseconds(5);
    }
}
