namespace EmbeddedConsensus.Leases;

/// <summary>How long the holder of a lease may take it for held, by its own monotonic clock.</summary>
/// <remarks>The holder counts from when it sent the last renewal that it knows to be applied. Every member counts the
/// whole time to live from when it applied that renewal, which is later. So as long as no member's clock runs faster
/// than the holder's by more than the bound on drift, the holder's time is over first.</remarks>
internal readonly record struct LeaseTerm
{
    private readonly long _micros;

    /// <summary>The term of a lease.</summary>
    /// <param name="timeToLive">The time to live that was granted, in milliseconds.</param>
    /// <param name="maxClockDrift">By how much two clocks may differ: 0.1 is a tenth.</param>
    public LeaseTerm(long timeToLive, double maxClockDrift)
    {
        _micros = (long)(timeToLive * 1_000 * (1 - maxClockDrift));
        RenewalMicros = timeToLive * 1_000 / 3;
    }

    /// <summary>The time between renewals: two may fail.</summary>
    public long RenewalMicros { get; }

    /// <summary>When the lease counts as lost.</summary>
    /// <param name="sentAt">When the last renewal that is known to be applied, or the grant, was sent.</param>
    public long LostAt(long sentAt) => sentAt + _micros;
}
