namespace EmbeddedConsensus.Mvcc;

/// <summary>One published state of the store and the number of views that hold it. Immutable while it is current or
/// pinned; afterwards the epoch table reuses the object.</summary>
/// <remarks>A pin is counted on the root itself, on one of several counters a cache line apart, so the number of
/// simultaneous views is unbounded. The counters are never reset: a reader that pinned too late, found the root
/// replaced and is about to undo its pin may still be running when the object is reused.</remarks>
internal sealed class MvccRoot
{
    private const int StripeCount = 8;
    private const int StripeStride = 16;
    private readonly long[] _pins = new long[(StripeCount + 1) * StripeStride];
    private RetiredList _waiting;

    /// <summary>The root page of the tree.</summary>
    public uint TreeRoot { get; set; }

    /// <summary>The revision of the last transaction.</summary>
    public long Revision { get; set; }

    /// <summary>The revision of the last compaction.</summary>
    public long CompactRevision { get; set; }

    /// <summary>The revision index up to this state.</summary>
    public RevisionIndexBounds Index { get; set; }

    /// <summary>The number of this root: one more than that of the root before it.</summary>
    public long Sequence { get; set; }

    /// <summary>Keys that exist at <see cref="Revision"/>.</summary>
    public long Keys { get; set; }

    /// <summary>The superseded root before this one that may be pinned. Owned by the epoch table.</summary>
    public MvccRoot? Older { get; set; }

    /// <summary>The superseded root after this one that may be pinned. Owned by the epoch table.</summary>
    public MvccRoot? Newer { get; set; }

    /// <summary>What waits until this root is neither current nor pinned. For the writer.</summary>
    public ref RetiredList Waiting => ref _waiting;

    /// <summary>The counter for the calling thread.</summary>
    public static int StripeOfThread => Environment.CurrentManagedThreadId & (StripeCount - 1);

    /// <summary>The number of views that hold this root.</summary>
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

    /// <summary>Removes a view from the counter it was counted on.</summary>
    public void Unpin(int stripe) => Interlocked.Decrement(ref PinCounter(stripe));

    private ref long PinCounter(int stripe) => ref _pins[(stripe + 1) * StripeStride];
}
