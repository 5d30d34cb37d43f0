namespace EmbeddedConsensus.Transport;

/// <summary>What a transport has to know of the replica that it serves.</summary>
/// <param name="ClusterId">The cluster: the same for all its members, and another for other clusters.</param>
/// <param name="MemberId">This member.</param>
/// <param name="Incarnation">Which life of the member this is: it grows with every start, so that what an earlier life
/// left on the way can be told from what this one says.</param>
/// <param name="MaxMessageBytes">The largest message that the transport has to carry: a request of the largest size
/// with its frame. One that cannot carry it would hold up everything behind that request for ever.</param>
/// <param name="Address">Where the other members look for this one, as the options or the membership say; null when
/// neither does.</param>
public sealed record TransportContext(
    ulong ClusterId, MemberId MemberId, ulong Incarnation, int MaxMessageBytes, string? Address);
