using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>What is left of a lease.</summary>
public sealed record LeaseStatus
{
    /// <summary>A status to be set.</summary>
    public LeaseStatus()
    {
    }

    [SetsRequiredMembers]
    internal LeaseStatus(long id, TimeSpan timeToLive, TimeSpan remaining, IReadOnlyList<Key> keys)
    {
        Id = id;
        TimeToLive = timeToLive;
        Remaining = remaining;
        Keys = keys;
    }

    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The time to live that was granted.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>The time to live that is left, by the clock of the member that answered: at least what is really left,
    /// and zero when the lease is about to be ended. It grows by a renewal, and, by what the member cannot know, when
    /// the member was restarted.</summary>
    public TimeSpan Remaining { get; init; }

    /// <summary>The attached keys, in the order of their last changes; empty if they were not asked for.</summary>
    public IReadOnlyList<Key> Keys { get; init; } = [];
}
