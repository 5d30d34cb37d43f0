using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Pages, records and index chunks that the writer no longer needs but a reader of an older root may, in the
/// order in which they were retired. A position is the number of items retired before; an item waits until every root
/// published before it was retired is unpinned.</summary>
internal sealed unsafe class RetireQueue
{
    private const int KindShift = 60;
    private const ulong PayloadMask = (1UL << KindShift) - 1;
    private const int ItemsPerBlock = 511;

    private Block* _first;
    private Block* _last;
    private Block* _spare;
    private int _firstOffset;
    private int _lastOffset;

    /// <summary>The kind of a retired item.</summary>
    public enum Kind
    {
        /// <summary>A tree page, by id.</summary>
        Page = 1,

        /// <summary>A record, by handle.</summary>
        Record = 2,

        /// <summary>A chunk of the revision index, by address.</summary>
        IndexChunk = 3,
    }

    /// <summary>Items taken so far.</summary>
    public long Head { get; private set; }

    /// <summary>Items retired so far.</summary>
    public long Tail { get; private set; }

    /// <summary>Bytes of the queue's own blocks.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Adds an item.</summary>
    public void Add(Kind kind, ulong payload)
    {
        if (_last == null || _lastOffset == ItemsPerBlock)
        {
            Block* block = TakeBlock();
            if (_last == null)
            {
                _first = block;
                _firstOffset = 0;
            }
            else
            {
                _last->Next = block;
            }
            _last = block;
            _lastOffset = 0;
        }
        _last->Items[_lastOffset++] = ((ulong)kind << KindShift) | (payload & PayloadMask);
        Tail++;
    }

    /// <summary>Takes the oldest item. The queue must not be empty.</summary>
    public Kind Take(out ulong payload)
    {
        if (Head == Tail)
        {
            throw new InvariantViolationException("The retire queue is empty.");
        }
        ulong item = _first->Items[_firstOffset++];
        Head++;
        if (_firstOffset == ItemsPerBlock)
        {
            Block* done = _first;
            _first = done->Next;
            _firstOffset = 0;
            if (_first == null)
            {
                _last = null;
            }
            RecycleBlock(done);
        }
        payload = item & PayloadMask;
        return (Kind)(item >> KindShift);
    }

    /// <summary>Frees the queue's own memory.</summary>
    public void Release()
    {
        NativeMemory.Free(_spare);
        _spare = null;
        while (_first != null)
        {
            Block* next = _first->Next;
            NativeMemory.Free(_first);
            _first = next;
        }
        _last = null;
        AllocatedBytes = 0;
        Head = Tail;
    }

    private Block* TakeBlock()
    {
        Block* block = _spare;
        _spare = null;
        if (block == null)
        {
            block = (Block*)NativeMemory.Alloc((nuint)sizeof(Block));
            AllocatedBytes += sizeof(Block);
        }
        block->Next = null;
        return block;
    }

    private void RecycleBlock(Block* block)
    {
        if (_spare == null)
        {
            _spare = block;
            return;
        }
        AllocatedBytes -= sizeof(Block);
        NativeMemory.Free(block);
    }

    /// <summary>A block of the queue.</summary>
    private struct Block
    {
        public Block* Next;
        public fixed ulong Items[ItemsPerBlock];
    }
}
