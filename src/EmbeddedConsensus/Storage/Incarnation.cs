namespace EmbeddedConsensus.Storage;

/// <summary>The number that names one life of a replica, from one opening of its log to the next.</summary>
public static class Incarnation
{
    /// <summary>Returns the incarnation that follows <paramref name="last"/>. It is at least the time of day, so that a
    /// member that comes back without its disk never repeats the numbers of an earlier life: the cluster would take its
    /// new proposals for repetitions of old ones.</summary>
    /// <param name="last">The incarnation that the storage remembers; 0 for a new storage.</param>
    /// <param name="now">The time of day.</param>
    public static ulong After(ulong last, DateTimeOffset now) => Math.Max(last + 1, (ulong)now.UtcTicks);
}
