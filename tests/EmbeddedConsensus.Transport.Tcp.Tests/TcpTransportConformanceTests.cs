using EmbeddedConsensus.Testing.Transport;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

public sealed class TcpTransportConformanceTests
{
    public static TheoryData<string> Names => [.. TransportConformance.Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Scenario", "12")]
    public Task The_tcp_transport_conforms(string name) =>
        TransportConformance.Find(name).RunAsync(() => new TcpConformanceNetwork());
}
