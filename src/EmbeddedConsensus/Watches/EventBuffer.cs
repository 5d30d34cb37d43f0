namespace EmbeddedConsensus.Watches;

/// <summary>The events that wait for one watcher's reader, bounded in number and bytes.</summary>
internal sealed class EventBuffer
{
    /// <summary>The most events in a buffer. A watcher that needs more has fallen behind.</summary>
    public const int MaxEvents = 1_024;

    /// <summary>The most bytes of keys and values that a buffer refers to. Watchers share the events
    /// themselves.</summary>
    public const long MaxBytes = 8L << 20;

    private WatchEvent?[] _ring = new WatchEvent?[8];
    private int _head;
    private long _bytes;

    /// <summary>The number of events.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the next event has no room. An empty buffer takes any event.</summary>
    public bool IsFull => Count >= MaxEvents || _bytes >= MaxBytes;

    /// <summary>Adds an event. An earlier event of the same revision no longer ends the revision.</summary>
    public void Add(WatchEvent next)
    {
        if (Count > 0 && At(Count - 1) is { } newest && newest!.Revision == next.Revision)
        {
            At(Count - 1) = newest with { EndsRevision = false };
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        Count++;
        At(Count - 1) = next;
        _bytes += SizeOf(next);
    }

    /// <summary>Moves all events to a list.</summary>
    public void MoveTo(List<WatchEvent> destination)
    {
        for (int i = 0; i < Count; i++)
        {
            destination.Add(At(i)!);
            At(i) = null;
        }

        Count = 0;
        _head = 0;
        _bytes = 0;
    }

    /// <summary>Removes the events of the newest revision.</summary>
    public void RemoveNewest(long revision)
    {
        while (Count > 0 && At(Count - 1) is { } newest && newest!.Revision == revision)
        {
            _bytes -= SizeOf(newest);
            At(Count - 1) = null;
            Count--;
        }
    }

    private static int SizeOf(WatchEvent item) => item.KeyValue.Key.Length + item.KeyValue.Value.Length
        + (item.Previous is { } previous ? previous.Key.Length + previous.Value.Length : 0);

    private ref WatchEvent? At(int position) => ref _ring[(_head + position) & (_ring.Length - 1)];

    private void Grow()
    {
        WatchEvent?[] larger = new WatchEvent?[_ring.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = At(i);
        }

        _ring = larger;
        _head = 0;
    }
}
