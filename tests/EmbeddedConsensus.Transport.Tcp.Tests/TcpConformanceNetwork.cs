using EmbeddedConsensus.Testing.Transport;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

/// <summary>TCP transports on the loopback interface for the conformance suite.</summary>
internal sealed class TcpConformanceNetwork : ITransportConformanceNetwork
{
    private readonly Dictionary<MemberId, TcpTransport> _latest = [];
    private ulong _incarnation;

    public ITransport CreateTransport(MemberId member, ulong clusterId, bool atNewAddress = false)
    {
        bool known = _latest.TryGetValue(member, out TcpTransport? earlier);
        var transport = new TcpTransport(
            new TransportContext(clusterId, member, ++_incarnation, MaxMessageBytes: 0, Address: null),
            new TcpTransportOptions { ListenEndpoint = known && !atNewAddress ? earlier!.Address : "127.0.0.1:0" });
        _latest[member] = transport;
        return transport;
    }

    public string AddressOf(MemberId member) => _latest[member].Address;

    public async ValueTask DisposeAsync()
    {
        foreach (TcpTransport transport in _latest.Values)
        {
            await transport.DisposeAsync();
        }
    }
}
