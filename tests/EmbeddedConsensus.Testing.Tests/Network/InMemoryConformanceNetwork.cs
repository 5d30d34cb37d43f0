using EmbeddedConsensus.Testing.Network;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Tests.Network;

/// <summary>In-memory transports for the conformance suite.</summary>
internal sealed class InMemoryConformanceNetwork : ITransportConformanceNetwork
{
    private readonly InMemoryNetwork _network = new();
    private readonly Dictionary<MemberId, int> _moves = [];

    public ITransport CreateTransport(MemberId member, ulong clusterId, bool atNewAddress = false)
    {
        _moves[member] = _moves.GetValueOrDefault(member) + (atNewAddress ? 1 : 0);
        return _network.CreateTransport(member, clusterId, address: AddressOf(member));
    }

    public string AddressOf(MemberId member) => $"member-{member}-place-{_moves[member]}";

    public ValueTask DisposeAsync() => default;
}
