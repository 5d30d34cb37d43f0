using EmbeddedConsensus.Transport.Tcp.Tests.Connections;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

public sealed class TcpTransportOptionsTests
{
    public static TheoryData<string, Action<TcpTransportOptions>> Mistakes => new()
    {
        { "ListenEndpoint", options => options.ListenEndpoint = "" },
        { "ListenEndpoint", options => options.ListenEndpoint = "localhost" },
        { "ListenEndpoint", options => options.ListenEndpoint = "localhost:65536" },
        { "ListenEndpoint", options => options.ListenEndpoint = "localhost:-1" },
        { "ListenEndpoint", options => options.ListenEndpoint = "::1:2380" },
        { "ListenEndpoint", options => options.ListenEndpoint = "[nonsense]:2380" },
        { "ListenEndpoint", options => options.ListenEndpoint = "a b:2380" },
        { "ListenEndpoint", options => options.ListenEndpoint = null },
        { "SendQueueBytes", options => options.SendQueueBytes = (1 << 20) - 1 },
        { "SendQueueBytes", options => options.SendQueueBytes = -1 },
        { "SendQueueMessages", options => options.SendQueueMessages = 0 },
        { "MaxInboundConnections", options => options.MaxInboundConnections = 1 },
        { "ConnectTimeout", options => options.ConnectTimeout = TimeSpan.Zero },
        { "HandshakeTimeout", options => options.HandshakeTimeout = TimeSpan.FromDays(1) },
        { "ReconnectBackoffMin", options => options.ReconnectBackoffMin = TimeSpan.FromSeconds(-1) },
        { "ReconnectBackoffMax", options => options.ReconnectBackoffMax = TimeSpan.FromMilliseconds(1) },
        { "KeepAliveInterval", options => options.KeepAliveInterval = TimeSpan.Zero },
        { "IdleTimeout", options => options.IdleTimeout = options.KeepAliveInterval },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_what_to_set(string option, Action<TcpTransportOptions> mistake)
    {
        TcpTransportOptions options = TcpNode.Options();
        mistake(options);
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => new TcpTransport(TcpNode.Context(1), options));
        Assert.StartsWith($"TcpTransportOptions.{option} is ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(". Use ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Later_changes_of_the_options_have_no_effect()
    {
        TcpTransportOptions options = TcpNode.Options();
        await using var transport = new TcpTransport(TcpNode.Context(1), options);
        options.ListenEndpoint = "nonsense";
        Assert.Equal("127.0.0.1:0", transport.Address);
    }

    [Theory]
    [InlineData("127.0.0.1:2380", "127.0.0.1", 2380)]
    [InlineData("[::1]:0", "::1", 0)]
    [InlineData("replica-1.internal:65535", "replica-1.internal", 65535)]
    [InlineData("*:1", "*", 1)]
    public void An_address_is_parsed_and_written_back(string text, string host, int port)
    {
        Assert.True(PeerAddress.TryParse(text, out PeerAddress address));
        Assert.Equal(new PeerAddress(host, port), address);
        Assert.Equal(text, address.ToString());
    }
}
