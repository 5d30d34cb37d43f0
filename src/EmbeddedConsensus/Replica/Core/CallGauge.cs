namespace EmbeddedConsensus.Replica.Core;

/// <summary>Counts the calls of one kind that have not ended, and turns away what is too many. Used from any
/// thread.</summary>
/// <param name="limit">How many there may be.</param>
internal sealed class CallGauge(int limit)
{
    private int _count;

    /// <summary>The number of calls that have not ended.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many there may be.</summary>
    public int Limit => limit;

    /// <summary>Counts a call; false when there are too many already.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>A call has ended.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
