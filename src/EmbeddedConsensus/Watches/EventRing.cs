namespace EmbeddedConsensus.Watches;

/// <summary>The newest events of a group of watchers, each at a position that counts all events ever added.</summary>
internal sealed class EventRing
{
    private const int SmallestCapacity = 8;
    private const int LargestIdleCapacity = 64;

    private WatchEvent?[] _ring = [];

    /// <summary>The position of the oldest event.</summary>
    public long Head { get; private set; }

    /// <summary>The position of the next event.</summary>
    public long Tail { get; private set; }

    /// <summary>The memory that the events hold, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the next event has no room. An empty ring takes any event.</summary>
    public bool IsFull => Tail - Head >= WatchLimits.MaxEvents || Bytes >= WatchLimits.MaxBytes;

    /// <summary>The event at a position from <see cref="Head"/> to below <see cref="Tail"/>.</summary>
    public WatchEvent this[long position] => At(position)!;

    /// <summary>Adds an event. An earlier event of the same revision no longer ends the revision.</summary>
    public void Add(WatchEvent next)
    {
        if (Tail > Head && At(Tail - 1) is { } newest && newest!.Revision == next.Revision)
        {
            At(Tail - 1) = newest with { EndsRevision = false };
        }

        if (Tail - Head == _ring.Length)
        {
            Grow();
        }

        At(Tail) = next;
        Tail++;
        Bytes += WatchLimits.SizeOf(next);
    }

    /// <summary>Drops the events before a position.</summary>
    public void DropBefore(long position)
    {
        for (; Head < position; Head++)
        {
            Bytes -= WatchLimits.SizeOf(At(Head)!);
            At(Head) = null;
        }

        ReleaseWhenEmpty();
    }

    /// <summary>Drops the events from a position on.</summary>
    public void DropFrom(long position)
    {
        for (; Tail > position; Tail--)
        {
            Bytes -= WatchLimits.SizeOf(At(Tail - 1)!);
            At(Tail - 1) = null;
        }

        ReleaseWhenEmpty();
    }

    private void ReleaseWhenEmpty()
    {
        if (Head == Tail && _ring.Length > LargestIdleCapacity)
        {
            _ring = [];
        }
    }

    private ref WatchEvent? At(long position) => ref _ring[position & (_ring.Length - 1)];

    private void Grow()
    {
        WatchEvent?[] larger = new WatchEvent?[Math.Max(SmallestCapacity, _ring.Length * 2)];
        for (long position = Head; position < Tail; position++)
        {
            larger[position & (larger.Length - 1)] = At(position);
        }

        _ring = larger;
    }
}
