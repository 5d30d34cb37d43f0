using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>A member between a start and a stop or crash.</summary>
/// <param name="Host">The replica.</param>
/// <param name="Schedule">The turns of its threads.</param>
internal sealed record MemberLife(ReplicaHost Host, MemberSchedule Schedule);
