namespace EmbeddedConsensus;

/// <summary>Another member, and where it is.</summary>
/// <param name="Id">The member.</param>
/// <param name="Address">Its address in the form that the transport understands, <c>host:port</c> for TCP.</param>
public sealed record MemberEndpoint(MemberId Id, string Address);
