namespace EmbeddedConsensus.Mvcc;

/// <summary>One key of the store: its bytes, and the chain of its versions, newest first. Every page that has the key
/// leads here, so a put stores one word, and what is unlinked from the chain is out of reach of every root at
/// once.</summary>
/// <remarks>Layout: newest version 0 (8 bytes), key length 8, birth 12 (4 bytes each), key 16. A node that was moved
/// keeps its bytes for the readers of older pages and leads to its copy.</remarks>
internal readonly unsafe struct KeyNode
{
    /// <summary>Bytes before the key.</summary>
    public const int HeaderBytes = 16;

    private const int LengthOffset = 8;
    private const int BirthOffset = 12;
    private const ulong ForwardFlag = 2;

    // A birth is kept in units of 256 revisions, rounded down: too early is safe.
    private const int BirthShift = 8;

    private readonly byte* _node;

    /// <summary>A view of a node's memory.</summary>
    public KeyNode(byte* node) => _node = node;

    /// <summary>True for no node.</summary>
    public bool IsNull => _node == null;

    /// <summary>The first byte.</summary>
    public byte* Pointer => _node;

    /// <summary>The address of the first byte.</summary>
    public ulong Address => (ulong)_node;

    /// <summary>True for a node that was moved.</summary>
    public bool IsForwarded => (NewestSlot & ForwardFlag) != 0;

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => new(_node + HeaderBytes, *(int*)(_node + LengthOffset));

    /// <summary>A revision at or before the first root that reaches this node.</summary>
    public long Birth => (long)*(uint*)(_node + BirthOffset) << BirthShift;

    /// <summary>The newest version; its content is ordered after this read.</summary>
    /// <exception cref="InvariantViolationException">There is no node here any more.</exception>
    public RecordHandle Newest
    {
        get
        {
            ulong word = Volatile.Read(ref NewestSlot);
            while ((word & (ForwardFlag | SlotHeap.FreeFlag)) != 0)
            {
                if ((word & SlotHeap.FreeFlag) != 0)
                {
                    throw new InvariantViolationException($"Key node {(ulong)_node:x} was freed.");
                }
                word = Volatile.Read(ref *(ulong*)(word & ~ForwardFlag));
            }
            return new RecordHandle(word);
        }
    }

    /// <summary>The word that holds the newest version.</summary>
    public ref ulong NewestSlot => ref *(ulong*)_node;

    /// <summary>Writes a node without versions into fresh memory.</summary>
    public static KeyNode Initialize(byte* memory, ReadOnlySpan<byte> key, long birth)
    {
        *(ulong*)memory = 0;
        *(int*)(memory + LengthOffset) = key.Length;
        *(uint*)(memory + BirthOffset) = (uint)Math.Min(birth >> BirthShift, uint.MaxValue);
        key.CopyTo(new Span<byte>(memory + HeaderBytes, key.Length));
        return new KeyNode(memory);
    }

    /// <summary>True when two views are of one node.</summary>
    public bool IsSame(KeyNode other) => _node == other._node;

    /// <summary>Makes this node lead to its copy, for the pages that still have it. The copy is complete: the store is
    /// a release.</summary>
    public void ForwardTo(KeyNode copy) => Volatile.Write(ref NewestSlot, (ulong)copy._node | ForwardFlag);
}
