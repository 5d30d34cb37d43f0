using EmbeddedConsensus.Testing;
using EmbeddedConsensus.Testing.Transport;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

public sealed class TcpTransportConformanceTests
{
    private static readonly IReadOnlyList<ConformanceCheck> Checks =
        TransportConformance.Checks(() => new TcpConformanceNetwork());

    public static TheoryData<string> Names => [.. Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Scenario", "12")]
    public Task The_tcp_transport_conforms(string name) => Checks.Single(check => check.Name == name).RunAsync();
}
