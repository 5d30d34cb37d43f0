using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport.Tcp.Tests.Connections;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

public sealed class TcpTransportLifetimeTests
{
    [Fact]
    public async Task A_taken_address_fails_the_start_with_what_to_do_and_disposal_is_fine()
    {
        await using TcpNode first = await TcpNode.StartAsync(1);
        TcpTransportOptions options = TcpNode.Options();
        options.ListenEndpoint = first.Transport.Address;
        var second = new TcpTransport(TcpNode.Context(2), options);
        TransportException exception = await Assert.ThrowsAsync<TransportException>(
            async () => await second.StartAsync(new RecordingReceiver()));
        Assert.Contains(first.Transport.Address, exception.Message, StringComparison.Ordinal);
        Assert.Contains("choose another port", exception.Message, StringComparison.Ordinal);
        await second.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public async Task An_address_of_another_machine_fails_the_start_with_what_to_do()
    {
        TcpTransportOptions options = TcpNode.Options();
        options.ListenEndpoint = "192.0.2.1:0";
        await using var transport = new TcpTransport(TcpNode.Context(2), options);
        TransportException exception = await Assert.ThrowsAsync<TransportException>(
            async () => await transport.StartAsync(new RecordingReceiver()));
        Assert.Contains("192.0.2.1:0", exception.Message, StringComparison.Ordinal);
        Assert.Contains("0.0.0.0", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:0")]
    [InlineData("*:0")]
    [InlineData("0.0.0.0:0")]
    [InlineData("127.0.0.1:0")]
    public async Task Names_wildcards_and_addresses_can_be_listened_on_and_a_name_dialled(string endpoint)
    {
        await using TcpNode one = await TcpNode.StartAsync(1, options => options.ListenEndpoint = endpoint);
        await using TcpNode two = await TcpNode.StartAsync(2);
        Assert.NotEqual(0, one.Transport.BoundEndpoint!.Port);
        two.Know(new MemberEndpoint(one.Id, $"localhost:{one.Transport.BoundEndpoint.Port}"));
        one.Know(new MemberEndpoint(two.Id, two.Transport.Address));
        await two.ReachAsync(one, 1);
    }

    [Fact]
    [Trait("Case", "T28")]
    public async Task A_member_whose_own_name_does_not_resolve_starts_and_listens_once_it_does()
    {
        var log = new RecordingLogger();
        int attempts = 0;
        TcpTransportOptions options = TcpNode.Options();
        options.ListenEndpoint = "replica-1.example:0";
        options.ReconnectBackoffMax = TimeSpan.FromMilliseconds(60);
        var receiver = new RecordingReceiver();
        await using var transport = new TcpTransport(TcpNode.Context(1), options, log)
        {
            ResolveHost = (_, _) => Interlocked.Increment(ref attempts) < 3
                ? throw new SocketException((int)SocketError.HostNotFound)
                : Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
        };
        await transport.StartAsync(receiver);
        Assert.Null(transport.BoundEndpoint);
        for (int i = 0; transport.BoundEndpoint is null && i < 300; i++)
        {
            await Task.Delay(100);
        }

        await using TcpNode two = await TcpNode.StartAsync(2);
        two.Know(new MemberEndpoint(new MemberId(1), transport.BoundEndpoint!.ToString()));
        transport.SetPeers([new MemberEndpoint(two.Id, two.Transport.Address)]);
        two.Transport.TrySend(TcpNode.Heartbeat(2, 1, 5));
        two.Transport.Flush();
        Assert.True(await receiver.WaitForAsync(all => all.Messages.Count == 1, TcpNode.Limit));
        Assert.Contains("replica-1.example", Assert.Single(log.TextsOf(213)), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "T28")]
    public async Task A_member_whose_own_name_never_resolves_stops_all_the_same()
    {
        TcpTransportOptions options = TcpNode.Options();
        options.ListenEndpoint = "replica-1.example:0";
        var transport = new TcpTransport(TcpNode.Context(1), options)
        {
            ResolveHost = (_, _) => throw new SocketException((int)SocketError.HostNotFound),
        };
        await transport.StartAsync(new RecordingReceiver());
        await transport.DisposeAsync().AsTask().WaitAsync(TcpNode.Limit);
        Assert.Null(transport.BoundEndpoint);
    }

    [Theory]
    [InlineData("127.0.0.1:0", 0)]
    [InlineData("0.0.0.0:0", 1)]
    public async Task Listening_beyond_the_loopback_interface_is_warned_about(string endpoint, int warnings)
    {
        var log = new RecordingLogger();
        await using TcpNode node = await TcpNode.StartAsync(1, options => options.ListenEndpoint = endpoint, log);
        Assert.Equal(warnings, log.TextsOf(212).Length);
    }

    [Fact]
    public async Task Ipv6_is_spoken_where_the_machine_has_it()
    {
        TcpTransportOptions options = TcpNode.Options();
        options.ListenEndpoint = "[::1]:0";
        await using var one = new TcpTransport(TcpNode.Context(1), options);
        var receiver = new RecordingReceiver();
        if (!HasIpv6Loopback())
        {
            await Assert.ThrowsAsync<TransportException>(async () => await one.StartAsync(receiver));
            return;
        }

        await one.StartAsync(receiver);
        Assert.StartsWith("[::1]:", one.Address, StringComparison.Ordinal);
        await using TcpNode two = await TcpNode.StartAsync(2);
        two.Know(new MemberEndpoint(new MemberId(1), one.Address));
        one.SetPeers([new MemberEndpoint(two.Id, two.Transport.Address)]);
        two.Transport.TrySend(TcpNode.Heartbeat(2, 1, 5));
        two.Transport.Flush();
        Assert.True(await receiver.WaitForAsync(all => all.Messages.Count == 1, TcpNode.Limit));
    }

    [Fact]
    public async Task The_advertised_address_is_what_others_are_told()
    {
        await using TcpNode node = await TcpNode.StartAsync(
            1, address: "replica-1.example:2380");
        Assert.Equal("replica-1.example:2380", node.Transport.Address);
    }

    [Fact]
    public async Task Peers_may_be_named_and_messages_queued_before_the_start()
    {
        await using TcpNode target = await TcpNode.StartAsync(2);
        await using var transport = new TcpTransport(TcpNode.Context(1), TcpNode.Options());
        transport.SetPeers([new MemberEndpoint(target.Id, target.Transport.Address)]);
        Assert.True(transport.TrySend(TcpNode.Heartbeat(1, 2, 8)));
        transport.Flush();
        await transport.StartAsync(new RecordingReceiver());
        target.Know(new MemberEndpoint(new MemberId(1), transport.Address));
        await target.ExpectAsync(_ => target.Has(8));
    }

    [Fact]
    public async Task A_transport_starts_once()
    {
        await using TcpNode node = await TcpNode.StartAsync(1);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await node.Transport.StartAsync(new RecordingReceiver()));
        await node.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await node.Transport.StartAsync(new RecordingReceiver()));
    }

    [Fact]
    public async Task Disposal_closes_every_socket_and_frees_the_address()
    {
        using Socket listener = RawPeer.Listen(out string address);
        TcpNode node = await TcpNode.StartAsync(1);
        string own = node.Transport.Address;
        node.Transport.SetPeers(
            [new MemberEndpoint(new MemberId(2), address), new MemberEndpoint(new MemberId(3), "127.0.0.1:1")]);
        using RawPeer outbound = await RawPeer.AcceptAsync(listener);
        await outbound.AcceptHandshakeAsync();
        using RawPeer inbound = await RawPeer.ConnectAsync(node.Transport);
        await inbound.ShakeHandsAsync(node.RequestFrom(2));
        using RawPeer stalled = await RawPeer.ConnectAsync(node.Transport);
        await node.DisposeAsync().AsTask().WaitAsync(TcpNode.Limit);
        await outbound.ExpectCloseAsync();
        await inbound.ExpectCloseAsync();
        await stalled.ExpectCloseAsync();
        await using TcpNode successor = await TcpNode.StartAsync(1, options => options.ListenEndpoint = own);
        Assert.Equal(own, successor.Transport.Address);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("host:")]
    [InlineData("127.0.0.1:0")]
    [InlineData("no-such-host.invalid:2380")]
    public async Task A_peer_whose_address_is_of_no_use_is_unreachable_and_the_others_are_not(string address)
    {
        var log = new RecordingLogger();
        await using TcpNode one = await TcpNode.StartAsync(1, logger: log);
        await using TcpNode two = await TcpNode.StartAsync(2);
        var lost = new MemberId(3);
        one.Know(new MemberEndpoint(lost, address));
        one.SetPeers(two);
        await one.ReachAsync(two, 1);
        await one.ExpectAsync(receiver => receiver.UnreachableCount(lost) > 0);
        Assert.Contains(log.TextsOf(203), text => text.Contains(address, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_above_the_limit_is_refused_and_logged_and_the_next_one_goes_through()
    {
        var log = new RecordingLogger();
        await using TcpNode one = await TcpNode.StartAsync(1, options => options.MaxFrameBytes = 4096, log);
        await using TcpNode two = await TcpNode.StartAsync(2);
        one.SetPeers(two);
        await one.ReachAsync(two, 1);
        for (int i = 0; i < 3; i++)
        {
            Assert.False(one.Transport.TrySend(TcpNode.Heartbeat(1, 2, 2) with
            {
                Entries = new Raft.LogEntry[] { new(1, 1, Raft.LogEntryKind.Command, new byte[5000]) },
            }));
        }

        await one.ReachAsync(two, 3);
        Assert.Single(log.TextsOf(210));
        Assert.False(two.Has(2));
    }

    private static bool HasIpv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
