namespace EmbeddedConsensus.Leases;

/// <summary>A lease as the leader saw it. An operation that carries a mark does nothing to a lease that was renewed, or
/// ended and granted anew, in between.</summary>
/// <param name="Id">The id.</param>
/// <param name="Renewal">The number of the renewal that it lived by.</param>
/// <param name="Remaining">What was left of its time to live, in milliseconds; 0 for one that has expired.</param>
internal readonly record struct LeaseMark(long Id, long Renewal, long Remaining);
