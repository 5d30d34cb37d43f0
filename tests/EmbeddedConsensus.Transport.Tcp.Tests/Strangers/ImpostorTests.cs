using EmbeddedConsensus.Transport.Tcp.Connections;
using EmbeddedConsensus.Transport.Tcp.Tests.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Strangers;

/// <summary>A process that says that it is a member, and does not listen where the member does (design decision D18).
/// </summary>
public sealed class ImpostorTests
{
    [Fact]
    [Trait("Case", "T3")]
    public async Task An_incarnation_that_nothing_proves_makes_no_member_stale()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await using TcpNode member = await TcpNode.StartAsync(2);
        member.SetPeers(node);
        await member.ReachAsync(node, 1);
        foreach (TransportLane lane in new[] { TransportLane.Consensus, TransportLane.Snapshot })
        {
            using RawPeer impostor = await RawPeer.ConnectAsync(node.Transport);
            HandshakeResponse response = await impostor.ShakeHandsAsync(
                node.RequestFrom(2, ulong.MaxValue, ulong.MaxValue) with { Lane = lane });
            Assert.Equal(HandshakeStatus.Unproven, response.Status);
            await impostor.ExpectCloseAsync();
        }

        // Over the connection that it had, and over those of its next start.
        await member.ReachAsync(node, 2);
        Assert.Equal(0, node.Receiver.UnreachableCount(member.Id));
        await member.DisposeAsync();
        await using TcpNode restarted = await TcpNode.StartAsync(2);
        restarted.SetPeers(node);
        await restarted.ReachAsync(node, 3);
    }

    [Theory]
    [InlineData(2UL)]
    [InlineData(77UL)]
    [Trait("Case", "T2")]
    public async Task No_message_of_a_stranger_is_delivered_under_any_id(ulong id)
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await using TcpNode member = await TcpNode.StartAsync(2);
        member.SetPeers(node);
        await member.ReachAsync(node, 1);
        using RawPeer stranger = await RawPeer.ConnectAsync(node.Transport);
        await HandshakeCodec.WriteAsync(stranger.Stream, node.RequestFrom(id, incarnation: 9), default);
        await stranger.SendAsync(node.HeartbeatFrom(id, 666) with { Term = 1UL << 63 });
        await stranger.ExpectCloseAsync();
        await member.ReachAsync(node, 2);
        Assert.False(node.Has(666));
    }

    [Fact]
    [Trait("Case", "T4")]
    public async Task A_twin_is_told_where_the_member_is_and_the_member_is_untouched()
    {
        var twinLog = new RecordingLogger();
        await using TcpNode node = await TcpNode.StartAsync(1);
        await using TcpNode member = await TcpNode.StartAsync(2);
        member.SetPeers(node);
        await member.ReachAsync(node, 1);
        await using TcpNode twin = await TcpNode.StartAsync(2, logger: twinLog);
        twin.Know(new MemberEndpoint(node.Id, node.Transport.Address));
        await twin.ExpectAsync(receiver => receiver.UnreachableCount(node.Id) > 10);
        await member.ReachAsync(node, 2);

        Assert.Equal(0, node.Receiver.UnreachableCount(member.Id));
        string advice = $"looks for member 2 at {member.Transport.Address}";
        Assert.NotEmpty(twinLog.TextsOf(203));
        Assert.All(twinLog.TextsOf(203), text => Assert.Contains(advice, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_is_shown_at_the_peers_address_alone_and_is_another_one_for_each_peer()
    {
        using System.Net.Sockets.Socket two = RawPeer.Listen(out string second);
        using System.Net.Sockets.Socket three = RawPeer.Listen(out string third);
        await using TcpNode node = await TcpNode.StartAsync(1);
        node.Know(new MemberEndpoint(new MemberId(2), second));
        node.Know(new MemberEndpoint(new MemberId(3), third));
        using RawPeer atTwo = await RawPeer.AcceptAsync(two);
        using RawPeer atThree = await RawPeer.AcceptAsync(three);
        PeerSecret toTwo = (await atTwo.AcceptHandshakeAsync()).Secret;
        PeerSecret toThree = (await atThree.AcceptHandshakeAsync()).Secret;
        using RawPeer stranger = await RawPeer.ConnectAsync(node.Transport);
        HandshakeResponse response = await stranger.ShakeHandsAsync(node.RequestFrom(77));

        Assert.NotEqual(toTwo, toThree);
        Assert.NotEqual(default, toTwo);
        Assert.DoesNotContain(response.Fingerprint, new[] { toTwo.Value, toThree.Value });
        Assert.Equal("***", toTwo.ToString());
    }

    [Fact]
    public async Task A_dialer_of_another_cluster_does_not_learn_which_one_this_is()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        using RawPeer stranger = await RawPeer.ConnectAsync(node.Transport);
        HandshakeResponse response = await stranger.ShakeHandsAsync(node.RequestFrom(2) with { ClusterId = 1 });

        Assert.Equal(HandshakeStatus.WrongCluster, response.Status);
        Assert.Equal((0UL, UInt128.Zero, ""), (response.ClusterId, response.Fingerprint, response.KnownAddress));
    }
}
