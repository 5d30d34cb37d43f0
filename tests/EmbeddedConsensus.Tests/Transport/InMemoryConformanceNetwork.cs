using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Transport;

/// <summary>In-memory transports for the conformance suite.</summary>
internal sealed class InMemoryConformanceNetwork : ITransportConformanceNetwork
{
    private readonly InMemoryNetwork _network = new();

    public ITransport CreateTransport(MemberId member, ulong clusterId, bool atNewAddress = false) =>
        _network.CreateTransport(member, clusterId);

    public string AddressOf(MemberId member) => "memory";

    public ValueTask DisposeAsync() => default;
}
