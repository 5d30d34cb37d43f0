namespace EmbeddedConsensus.Leases;

/// <summary>Values in numbered slots, from 1. It grows by chunks, so growing copies nothing, and the chunks hold no
/// references, so the garbage collector does not scan them.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
internal sealed class SlotArray<T>
    where T : unmanaged
{
    private const int ChunkShift = 12;
    private const int ChunkMask = (1 << ChunkShift) - 1;

    private readonly List<T[]> _chunks = [];
    private readonly Stack<int> _free = new();

    /// <summary>The slots that were ever in use are those up to here.</summary>
    public int LastSlot { get; private set; }

    /// <summary>How many slots are in use.</summary>
    public int Count => LastSlot - _free.Count;

    /// <summary>The value in a slot.</summary>
    public ref T this[int slot] => ref _chunks[slot >> ChunkShift][slot & ChunkMask];

    /// <summary>Puts a value into a free slot.</summary>
    /// <returns>The slot.</returns>
    public int Add(in T value)
    {
        if (!_free.TryPop(out int slot))
        {
            slot = ++LastSlot;
            if (slot >> ChunkShift == _chunks.Count)
            {
                _chunks.Add(new T[1 << ChunkShift]);
            }
        }

        this[slot] = value;
        return slot;
    }

    /// <summary>Clears a slot and lets another value have it.</summary>
    public void Free(int slot)
    {
        this[slot] = default;
        _free.Push(slot);
    }
}
