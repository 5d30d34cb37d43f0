using EmbeddedConsensus.Testing.Clusters;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>The transports of a test cluster, for the conformance suite. Virtual time does not pass.</summary>
internal sealed class ClusterConformanceNetwork : ITransportConformanceNetwork
{
    private readonly ClusterNetwork _network = new(new VirtualTimeProvider(), seed: 1);
    private readonly Dictionary<MemberId, int> _moves = [];

    public ITransport CreateTransport(MemberId member, ulong clusterId, bool atNewAddress = false)
    {
        _moves[member] = _moves.GetValueOrDefault(member) + (atNewAddress ? 1 : 0);
        return _network.CreateTransport(member, clusterId, AddressOf(member));
    }

    public string AddressOf(MemberId member) => $"member-{member}-place-{_moves[member]}";

    public ValueTask DisposeAsync() => default;
}
