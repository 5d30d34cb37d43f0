namespace EmbeddedConsensus.Replica.Core;

/// <summary>Counts the calls of one kind that have not ended, and their bytes. Safe for several threads.</summary>
/// <param name="maxCalls">The highest number of calls.</param>
/// <param name="maxBytes">The bytes at which no further call is admitted. A single call may exceed them.</param>
internal sealed class CallGauge(int maxCalls, long maxBytes = long.MaxValue)
{
    private int _count;
    private long _bytes;

    /// <summary>The number of calls that have not ended.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The bytes of the calls that have not ended.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The highest number of calls.</summary>
    public int MaxCalls => maxCalls;

    /// <summary>The bytes at which no further call is admitted.</summary>
    public long MaxBytes => maxBytes;

    /// <summary>Whether a call would be counted.</summary>
    public bool HasRoom => Count < maxCalls && Bytes < maxBytes;

    /// <summary>Counts a call, unless a limit is reached.</summary>
    /// <param name="bytes">The bytes that the call holds until it ends.</param>
    /// <returns>Whether the call was counted.</returns>
    public bool TryEnter(long bytes)
    {
        long bytesBefore = Interlocked.Add(ref _bytes, bytes) - bytes;
        if (Interlocked.Increment(ref _count) <= maxCalls && bytesBefore < maxBytes)
        {
            return true;
        }

        Leave(bytes);
        return false;
    }

    /// <summary>A call has ended.</summary>
    /// <param name="bytes">What it entered with.</param>
    public void Leave(long bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        Interlocked.Decrement(ref _count);
    }
}
