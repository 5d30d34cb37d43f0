namespace EmbeddedConsensus.Transport;

/// <summary>Another member, and where it is.</summary>
/// <param name="Id">The member.</param>
/// <param name="Address">Its address in the form that the transport understands, <c>host:port</c> for TCP.</param>
public sealed record Peer(MemberId Id, string Address);
