namespace EmbeddedConsensus.Leases;

/// <summary>The replicated part of a lease, without its keys: what a snapshot holds, and what the members compare.
/// </summary>
/// <param name="Id">The id.</param>
/// <param name="TimeToLive">The time to live that was granted, in milliseconds.</param>
/// <param name="Remaining">What was left of it at the last checkpoint, in milliseconds.</param>
/// <param name="Renewal">The number of the last renewal.</param>
/// <param name="IsEnding">Whether only its keys are left to be deleted.</param>
internal readonly record struct LeaseRecord(
    long Id, long TimeToLive, long Remaining, long Renewal, bool IsEnding);
