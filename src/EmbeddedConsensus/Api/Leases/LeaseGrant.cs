using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>A lease that was granted.</summary>
public sealed record LeaseGrant
{
    /// <summary>A lease to be set.</summary>
    public LeaseGrant()
    {
    }

    [SetsRequiredMembers]
    internal LeaseGrant(long id, TimeSpan timeToLive)
    {
        Id = id;
        TimeToLive = timeToLive;
    }

    /// <summary>The id, positive.</summary>
    public required long Id { get; init; }

    /// <summary>The time to live that was granted; at least what was asked for. It counts from before the call.
    /// </summary>
    public TimeSpan TimeToLive { get; init; }
}
