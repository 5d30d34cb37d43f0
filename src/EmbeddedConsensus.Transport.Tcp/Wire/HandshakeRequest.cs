using EmbeddedConsensus.Transport.Tcp.Connections;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>How a dialer introduces itself.</summary>
/// <param name="MinVersion">The lowest protocol version that it speaks.</param>
/// <param name="MaxVersion">The highest.</param>
/// <param name="ClusterId">Its cluster.</param>
/// <param name="From">The dialer.</param>
/// <param name="Incarnation">A number that grows with each start of the dialer.</param>
/// <param name="Attempt">A number that grows with each connection that the dialer opens after its start.</param>
/// <param name="To">The member that it wants to reach.</param>
/// <param name="Lane">The lane that the connection will carry.</param>
/// <param name="Secret">Proves that it is the member.</param>
internal readonly record struct HandshakeRequest(
    byte MinVersion,
    byte MaxVersion,
    ulong ClusterId,
    MemberId From,
    ulong Incarnation,
    ulong Attempt,
    MemberId To,
    TransportLane Lane,
    PeerSecret Secret);
