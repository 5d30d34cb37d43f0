using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>A slotted page of the tree: a header, an array of 16-bit cell offsets in key order that grows upwards, and
/// cells that grow downwards from the page's end. Holds no references; only a view of the memory.</summary>
/// <remarks>Header: kind tag 0 (4 bytes), page id 4 (4), batch 8 (8), first child 16 (4), cell count 20 (2), start of
/// the cells 22 (2), dead bytes 24 (2), page bytes 26 (2, in units of 256). A leaf cell: key length 0 (2), record
/// handle 2 (8), main revision 10 (8), sub-revision 18 (4), key. An inner cell, a separator with the child to its
/// right: key length 0 (2), child 2 (4), then main (8) and sub-revision (4) unless it stands before all versions of
/// its key, then the key, then for a long key the handle of a record that holds all of it.</remarks>
internal readonly unsafe struct NodePage
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 32;

    /// <summary>Bytes of a slot.</summary>
    public const int SlotBytes = 2;

    /// <summary>Bytes of a leaf cell before its key.</summary>
    public const int LeafCellBytes = 22;

    /// <summary>Bytes of the largest inner cell without its key.</summary>
    public const int MaxInnerCellBytes = 6 + RevisionBytes + HandleBytes;

    private const uint LeafTag = 0x4641454C;
    private const uint InnerTag = 0x4E4E4E49;
    private const int RevisionBytes = 12;
    private const int HandleBytes = 8;
    private const int LongFlag = 0x8000;
    private const int NoRevisionFlag = 0x4000;
    private const int LengthMask = 0x3FFF;

    private readonly byte* _page;

    /// <summary>A view of a page's memory.</summary>
    public NodePage(byte* page) => _page = page;

    /// <summary>True for a leaf.</summary>
    public bool IsLeaf => Read<uint>(0) == LeafTag;

    /// <summary>True when the memory holds a page with that id.</summary>
    public bool IsPage(uint id) => Read<uint>(0) is LeafTag or InnerTag && Read<uint>(4) == id;

    /// <summary>The page's id.</summary>
    public uint Id => Read<uint>(4);

    /// <summary>The batch that made this copy: pages of the current batch are edited in place.</summary>
    public ulong Batch => Read<ulong>(8);

    /// <summary>Cells in the page.</summary>
    public int Count => Read<ushort>(20);

    /// <summary>Bytes taken by cells and their slots.</summary>
    public int UsedBytes => PageBytes - CellStart - Read<ushort>(24) + Count * SlotBytes;

    /// <summary>Bytes that cells and slots may take together.</summary>
    public int Capacity => PageBytes - HeaderBytes;

    private int PageBytes => Read<ushort>(26) << 8;

    private int CellStart => Read<ushort>(22);

    /// <summary>The child to the left of the first separator.</summary>
    public uint FirstChild
    {
        get => Read<uint>(16);
        set => Write(16, value);
    }

    /// <summary>Formats the memory as an empty page.</summary>
    public void Initialize(bool leaf, uint id, ulong batch, int pageBytes)
    {
        Write(0, leaf ? LeafTag : InnerTag);
        Write(4, id);
        Write(8, batch);
        Write(16, 0u);
        Write(20, (ushort)0);
        Write(22, (ushort)pageBytes);
        Write(24, (ushort)0);
        Write(26, (ushort)(pageBytes >> 8));
    }

    /// <summary>Makes this page a copy of another, under its own id and batch.</summary>
    public void CopyFrom(NodePage source, uint id, ulong batch)
    {
        int bytes = source.PageBytes;
        int slotsEnd = HeaderBytes + source.Count * SlotBytes;
        int cellStart = source.CellStart;
        Unsafe.CopyBlockUnaligned(_page, source._page, (uint)slotsEnd);
        Unsafe.CopyBlockUnaligned(_page + cellStart, source._page + cellStart, (uint)(bytes - cellStart));
        Write(4, id);
        Write(8, batch);
    }

    /// <summary>Removes every cell; id, batch and first child stay.</summary>
    public void Clear()
    {
        Write(20, (ushort)0);
        Write(22, (ushort)PageBytes);
        Write(24, (ushort)0);
    }

    /// <summary>Marks the memory as no page, so that a stale id is detected.</summary>
    public void Erase() => Write(0, 0u);

    /// <summary>A cell's bytes.</summary>
    public ReadOnlySpan<byte> Cell(int index)
    {
        byte* cell = CellPointer(index);
        return new ReadOnlySpan<byte>(cell, CellBytes(cell, IsLeaf));
    }

    /// <summary>The record handle of a leaf cell.</summary>
    public RecordHandle Record(int index) => new(Unsafe.ReadUnaligned<ulong>(CellPointer(index) + 2));

    /// <summary>Points a leaf cell to a moved copy of its record.</summary>
    public void SetRecord(int index, RecordHandle handle)
        => Unsafe.WriteUnaligned(CellPointer(index) + 2, handle.Bits);

    /// <summary>The child at a position: 0 is the first child, then one to the right of each separator.</summary>
    public uint Child(int position)
        => position == 0 ? FirstChild : Unsafe.ReadUnaligned<uint>(CellPointer(position - 1) + 2);

    /// <summary>Replaces a child.</summary>
    public void SetChild(int position, uint child)
    {
        if (position == 0)
        {
            FirstChild = child;
        }
        else
        {
            Unsafe.WriteUnaligned(CellPointer(position - 1) + 2, child);
        }
    }

    /// <summary>The whole user key of a cell, inline or in its record.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        byte* cell = CellPointer(index);
        int length = Unsafe.ReadUnaligned<ushort>(cell);
        return (length & LongFlag) != 0
            ? new MvccRecord(LongKeyHandle(cell, length)).Key
            : new ReadOnlySpan<byte>(cell + KeyOffset(length), length & LengthMask);
    }

    /// <summary>The main revision of a cell.</summary>
    public long Main(int index)
    {
        byte* cell = CellPointer(index);
        return IsLeaf
            ? Unsafe.ReadUnaligned<long>(cell + 10)
            : (Unsafe.ReadUnaligned<ushort>(cell) & NoRevisionFlag) != 0
                ? long.MaxValue
                : Unsafe.ReadUnaligned<long>(cell + 6);
    }

    /// <summary>The sub-revision of a cell.</summary>
    public int Sub(int index)
    {
        byte* cell = CellPointer(index);
        return IsLeaf
            ? Unsafe.ReadUnaligned<int>(cell + 18)
            : (Unsafe.ReadUnaligned<ushort>(cell) & NoRevisionFlag) != 0
                ? int.MaxValue
                : Unsafe.ReadUnaligned<int>(cell + 14);
    }

    /// <summary>The handle of the record that holds a long separator's key, or the null handle.</summary>
    public RecordHandle SeparatorRecord(int index)
    {
        byte* cell = CellPointer(index);
        int length = Unsafe.ReadUnaligned<ushort>(cell);
        return (length & LongFlag) != 0 ? LongKeyHandle(cell, length) : default;
    }

    /// <summary>The index of the first cell at or after a key.</summary>
    public int LowerBound(in TreeKey target)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Compare(target, middle) > 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    /// <summary>The position of the child that covers a key.</summary>
    public int ChildPosition(in TreeKey target)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Compare(target, middle) >= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    /// <summary>Compares a key with a cell.</summary>
    public int Compare(in TreeKey target, int index)
    {
        byte* cell = CellPointer(index);
        int length = Unsafe.ReadUnaligned<ushort>(cell);
        ReadOnlySpan<byte> inline = new(cell + KeyOffset(length), length & LengthMask);
        int order;
        if ((length & LongFlag) == 0)
        {
            order = target.Key.SequenceCompareTo(inline);
        }
        else
        {
            order = target.Key[..Math.Min(target.Key.Length, inline.Length)].SequenceCompareTo(inline);
            if (order == 0)
            {
                order = target.Key.SequenceCompareTo(new MvccRecord(LongKeyHandle(cell, length)).Key);
            }
        }
        return order != 0 ? order : TreeKey.CompareRevisions(target.Main, target.Sub, Main(index), Sub(index));
    }

    /// <summary>Inserts a cell if its bytes fit, compacting the page when that makes room.</summary>
    /// <param name="index">The index in key order.</param>
    /// <param name="cell">The cell's bytes.</param>
    /// <param name="scratch">A page of memory used to compact.</param>
    public bool TryInsert(int index, ReadOnlySpan<byte> cell, byte* scratch)
    {
        if (UsedBytes + cell.Length + SlotBytes > Capacity)
        {
            return false;
        }
        int count = Count;
        if (CellStart - cell.Length < HeaderBytes + (count + 1) * SlotBytes)
        {
            Gather(scratch);
        }
        int start = CellStart - cell.Length;
        cell.CopyTo(new Span<byte>(_page + start, cell.Length));
        byte* slot = _page + HeaderBytes + index * SlotBytes;
        Buffer.MemoryCopy(slot, slot + SlotBytes, (count - index) * SlotBytes, (count - index) * SlotBytes);
        Unsafe.WriteUnaligned(slot, (ushort)start);
        Write(20, (ushort)(count + 1));
        Write(22, (ushort)start);
        return true;
    }

    /// <summary>Removes a cell.</summary>
    public void Remove(int index)
    {
        int count = Count;
        byte* cell = CellPointer(index);
        Write(24, (ushort)(Read<ushort>(24) + CellBytes(cell, IsLeaf)));
        byte* slot = _page + HeaderBytes + index * SlotBytes;
        Buffer.MemoryCopy(slot + SlotBytes, slot, (count - index) * SlotBytes, (count - index - 1) * SlotBytes);
        Write(20, (ushort)(count - 1));
    }

    /// <summary>Writes a leaf cell and returns its length.</summary>
    public static int WriteLeafCell(Span<byte> target, in TreeKey key, RecordHandle handle, int maxInlineKey)
    {
        int inline = Math.Min(key.Key.Length, maxInlineKey);
        ref byte start = ref target[..(LeafCellBytes + inline)][0];
        Unsafe.WriteUnaligned(ref start, (ushort)(inline | (inline < key.Key.Length ? LongFlag : 0)));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 2), handle.Bits);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 10), key.Main);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 18), key.Sub);
        key.Key[..inline].CopyTo(target[LeafCellBytes..]);
        return LeafCellBytes + inline;
    }

    /// <summary>Writes an inner cell and returns its length. A key above the inline limit needs a record.</summary>
    public static int WriteInnerCell(
        Span<byte> target, in TreeKey key, uint child, RecordHandle longKey, int maxInlineKey)
    {
        int inline = Math.Min(key.Key.Length, maxInlineKey);
        bool revision = key.Main != long.MaxValue;
        int flags = (longKey.IsNull ? 0 : LongFlag) | (revision ? 0 : NoRevisionFlag);
        int keyOffset = 6 + (revision ? RevisionBytes : 0);
        int bytes = keyOffset + inline + (longKey.IsNull ? 0 : HandleBytes);
        ref byte start = ref target[..bytes][0];
        Unsafe.WriteUnaligned(ref start, (ushort)(inline | flags));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 2), child);
        if (revision)
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 6), key.Main);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 14), key.Sub);
        }
        key.Key[..inline].CopyTo(target[keyOffset..]);
        if (!longKey.IsNull)
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, keyOffset + inline), longKey.Bits);
        }
        return bytes;
    }

    /// <summary>The child in an inner cell's bytes.</summary>
    public static uint ChildOf(ReadOnlySpan<byte> innerCell) => BitConverter.ToUInt32(innerCell[2..]);

    /// <summary>Replaces the child in an inner cell's bytes.</summary>
    public static void SetChildOf(Span<byte> innerCell, uint child)
        => BitConverter.TryWriteBytes(innerCell[2..], child);

    // A leaf's record holds the whole key; an inner cell has a record only when its key does not fit inline.
    private RecordHandle LongKeyHandle(byte* cell, int length)
        => new(Unsafe.ReadUnaligned<ulong>(IsLeaf ? cell + 2 : cell + KeyOffset(length) + (length & LengthMask)));

    private int KeyOffset(int length)
        => IsLeaf ? LeafCellBytes : (length & NoRevisionFlag) != 0 ? 6 : 6 + RevisionBytes;

    private static int CellBytes(byte* cell, bool leaf)
    {
        int length = Unsafe.ReadUnaligned<ushort>(cell);
        return leaf
            ? LeafCellBytes + (length & LengthMask)
            : 6 + ((length & NoRevisionFlag) != 0 ? 0 : RevisionBytes) + (length & LengthMask)
                + ((length & LongFlag) != 0 ? HandleBytes : 0);
    }

    private byte* CellPointer(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new InvariantViolationException($"Page {Id} has {Count} cells, not one at {index}.");
        }
        return _page + Unsafe.ReadUnaligned<ushort>(_page + HeaderBytes + index * SlotBytes);
    }

    private void Gather(byte* scratch)
    {
        int bytes = PageBytes;
        Unsafe.CopyBlockUnaligned(scratch, _page, (uint)bytes);
        NodePage old = new(scratch);
        bool leaf = IsLeaf;
        int start = bytes;
        for (int i = 0; i < old.Count; i++)
        {
            byte* cell = old.CellPointer(i);
            int length = CellBytes(cell, leaf);
            start -= length;
            Unsafe.CopyBlockUnaligned(_page + start, cell, (uint)length);
            Unsafe.WriteUnaligned(_page + HeaderBytes + i * SlotBytes, (ushort)start);
        }
        Write(22, (ushort)start);
        Write(24, (ushort)0);
    }

    private T Read<T>(int offset) where T : unmanaged => Unsafe.ReadUnaligned<T>(_page + offset);

    private void Write<T>(int offset, T value) where T : unmanaged => Unsafe.WriteUnaligned(_page + offset, value);
}
