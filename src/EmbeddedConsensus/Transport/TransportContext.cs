using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Transport;

/// <summary>What a transport needs to know about its replica.</summary>
/// <param name="ClusterId">Identifies the cluster: equal for all its members, different for every other
/// cluster.</param>
/// <param name="MemberId">This member.</param>
/// <param name="Incarnation">Grows with every start of the member, so that messages of an earlier run can be told
/// from those of this one.</param>
/// <param name="MaxMessageBytes">The largest message to carry: a request of the maximum size with its frame. A
/// transport that cannot carry it would block every message after it forever.</param>
/// <param name="Address">This member's address according to its options or the membership; null when neither has
/// one.</param>
[Experimental("ECS0002")]
public sealed record TransportContext(
    ulong ClusterId, MemberId MemberId, ulong Incarnation, int MaxMessageBytes, string? Address);
