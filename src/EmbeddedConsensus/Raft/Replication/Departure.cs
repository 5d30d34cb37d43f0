namespace EmbeddedConsensus.Raft;

/// <summary>A member that has left and is still sent messages for a while, so that it learns of it.</summary>
/// <param name="Member">What the configuration knew of the member before it left.</param>
/// <param name="TicksLeft">How long it is still sent messages.</param>
internal readonly record struct Departure(ClusterMember Member, int TicksLeft);
