namespace EmbeddedConsensus.Mvcc;

/// <summary>One published state of the store, and how many views hold it. Immutable while it is current or pinned;
/// the epoch table fills it again after that.</summary>
/// <remarks>A pin counts on the root itself, on one of several counters a cache line apart, so the number of
/// simultaneous views is unbounded. The counters are never reset: a reader that pinned too late, found the root
/// replaced and is about to take the pin back may still be under way when the root is used again.</remarks>
internal sealed class MvccRoot
{
    private const int StripeCount = 8;
    private const int StripeStride = 16;
    private readonly long[] _pins = new long[(StripeCount + 1) * StripeStride];

    /// <summary>The root page of the tree.</summary>
    public uint TreeRoot { get; set; }

    /// <summary>The revision of the last transaction.</summary>
    public long Revision { get; set; }

    /// <summary>The revision of the last compaction.</summary>
    public long CompactRevision { get; set; }

    /// <summary>The revision index up to this state.</summary>
    public RevisionIndexBounds Index { get; set; }

    /// <summary>Where the retired items end that this root, once superseded, may still reach.</summary>
    public long RetireEnd { get; set; }

    /// <summary>The superseded root before this one that may be pinned. The epoch table's.</summary>
    public MvccRoot? Older { get; set; }

    /// <summary>The superseded root after this one that may be pinned. The epoch table's.</summary>
    public MvccRoot? Newer { get; set; }

    /// <summary>The counter that the calling thread should use.</summary>
    public static int StripeOfThread => Environment.CurrentManagedThreadId & (StripeCount - 1);

    /// <summary>Views that hold this root.</summary>
    public long Pins
    {
        get
        {
            long pins = 0;
            for (int stripe = 0; stripe < StripeCount; stripe++)
            {
                pins += Volatile.Read(ref PinCounter(stripe));
            }
            return pins;
        }
    }

    /// <summary>Counts a view.</summary>
    public void Pin(int stripe) => Interlocked.Increment(ref PinCounter(stripe));

    /// <summary>Takes a view off the same counter.</summary>
    public void Unpin(int stripe) => Interlocked.Decrement(ref PinCounter(stripe));

    private ref long PinCounter(int stripe) => ref _pins[(stripe + 1) * StripeStride];
}
