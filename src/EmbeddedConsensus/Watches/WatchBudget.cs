namespace EmbeddedConsensus.Watches;

/// <summary>The one bound on what all watches of a store hold in memory: the buffers of the groups, the pieces of
/// history that they share, and what readers have taken and not yet passed on.</summary>
/// <param name="maxBytes">The bound, in bytes.</param>
internal sealed class WatchBudget(long maxBytes)
{
    private long _used;

    /// <summary>The bytes held now.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Whether more is held than the bound.</summary>
    public bool IsExceeded => Used > maxBytes;

    /// <summary>Counts bytes that are held from now on, or, if negative, no longer.</summary>
    public void Add(long bytes)
    {
        if (bytes != 0)
        {
            Interlocked.Add(ref _used, bytes);
        }
    }
}
