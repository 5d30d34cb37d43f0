using EmbeddedConsensus.Testing.Transport;

namespace EmbeddedConsensus.Testing.Tests.Network;

public sealed class InMemoryTransportConformanceTests
{
    public static TheoryData<string> Names => [.. TransportConformance.Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Scenario", "12")]
    public Task The_in_memory_transport_conforms(string name) =>
        TransportConformance.Find(name).RunAsync(() => new InMemoryConformanceNetwork());
}
