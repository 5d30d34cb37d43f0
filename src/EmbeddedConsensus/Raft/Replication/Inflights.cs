namespace EmbeddedConsensus.Raft;

/// <summary>The appends on their way to a peer: a window that is bounded by messages and by bytes.</summary>
internal sealed class Inflights(int maxMessages, long maxBytes)
{
    private readonly (ulong LastIndex, long Bytes)[] _ring = new (ulong, long)[maxMessages];
    private int _start;
    private long _bytes;

    /// <summary>The messages in the window.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no further message may be sent.</summary>
    public bool IsFull => Count == _ring.Length || _bytes >= maxBytes;

    /// <summary>Adds a message that was sent.</summary>
    /// <param name="lastIndex">The index of its last entry.</param>
    /// <param name="bytes">The size of its entries.</param>
    public void Add(ulong lastIndex, long bytes)
    {
        if (IsFull)
        {
            throw new InvariantViolationException("An append was sent beyond a full window.");
        }

        _ring[(_start + Count) % _ring.Length] = (lastIndex, bytes);
        Count++;
        _bytes += bytes;
    }

    /// <summary>Removes the messages whose entries all have been acknowledged.</summary>
    /// <param name="index">The acknowledged index.</param>
    public void FreeThrough(ulong index)
    {
        while (Count > 0 && _ring[_start].LastIndex <= index)
        {
            _bytes -= _ring[_start].Bytes;
            _start = (_start + 1) % _ring.Length;
            Count--;
        }
    }

    /// <summary>Removes all messages.</summary>
    public void Clear()
    {
        _start = 0;
        Count = 0;
        _bytes = 0;
    }
}
