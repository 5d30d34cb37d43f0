using EmbeddedConsensus.Testing;
using EmbeddedConsensus.Testing.Transport;

namespace EmbeddedConsensus.Tests.Transport;

public sealed class InMemoryTransportConformanceTests
{
    private static readonly IReadOnlyList<ConformanceCheck> Checks =
        TransportConformance.Checks(() => new InMemoryConformanceNetwork());

    public static TheoryData<string> Names => [.. Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Scenario", "12")]
    public Task The_in_memory_transport_conforms(string name) => Checks.Single(check => check.Name == name).RunAsync();
}
