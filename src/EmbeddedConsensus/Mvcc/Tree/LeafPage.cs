using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>A leaf: for each key its head and its node, in key order. The heads grow from the prefix upwards, the nodes
/// from the end of the page downwards.</summary>
/// <remarks>A published leaf never changes, but for the address of a node that is moved.</remarks>
internal readonly unsafe struct LeafPage
{
    /// <summary>Bytes of a cell: the head and the address of the node.</summary>
    public const int CellBytes = KeyHead.Bytes + sizeof(ulong);

    private readonly TreePage _page;

    /// <summary>A view of a leaf.</summary>
    public LeafPage(TreePage page) => _page = page;

    /// <summary>The page.</summary>
    public TreePage Page => _page;

    /// <summary>Cells in the leaf.</summary>
    public int Count => _page.Count;

    /// <summary>True when a key that starts with the prefix fits.</summary>
    public bool HasRoom => _page.ContentStart + (Count + 1) * CellBytes <= _page.PageBytes;

    /// <summary>True when another leaf's cells fit with room to spare.</summary>
    public bool CanTakeAllOf(LeafPage other)
        => TreePage.ContentStartFor(_page.MaxInlineKey) + (Count + other.Count) * CellBytes <= _page.PageBytes * 7 / 8;

    /// <summary>True when so little is in the leaf that it should be merged.</summary>
    public bool IsSparse => Count * CellBytes <= _page.PageBytes / 3;

    private uint* Heads => (uint*)(_page.Pointer + _page.ContentStart);

    /// <summary>The node of a cell; ordered before what is read from it.</summary>
    public KeyNode Node(int index) => new((byte*)Volatile.Read(ref NodeSlot(index)));

    /// <summary>Points a cell to another copy of its node, which is complete: the store is a release.</summary>
    public void ReplaceNode(int index, KeyNode copy) => Volatile.Write(ref NodeSlot(index), (ulong)copy.Pointer);

    /// <summary>The index of the first cell at or after a key, and whether it has that key.</summary>
    public int LowerBound(ReadOnlySpan<byte> key, out bool found)
    {
        found = false;
        int side = _page.ComparePrefix(key);
        if (side != 0)
        {
            return side < 0 ? 0 : Count;
        }
        uint head = KeyHead.Of(key[_page.PrefixLength..]);
        int low = FirstAtOrAbove(head, 0, Count);
        int high = low;
        if (low < Count && Heads[low] == head)
        {
            high = head == uint.MaxValue ? Count : FirstAtOrAbove(head + 1, low + 1, Count);
        }
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            int order = key.SequenceCompareTo(Node(middle).Key);
            if (order == 0)
            {
                found = true;
                return middle;
            }
            if (order > 0)
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

    /// <summary>Inserts a cell for a key that starts with the prefix; there must be room.</summary>
    public void Insert(int index, KeyNode node)
    {
        int count = Count;
        uint* heads = Heads;
        new Span<uint>(heads + index, count - index).CopyTo(new Span<uint>(heads + index + 1, count - index));
        heads[index] = KeyHead.Of(node.Key[_page.PrefixLength..]);
        ulong* last = NodePointer(count - 1);
        new Span<ulong>(last, count - index).CopyTo(new Span<ulong>(last - 1, count - index));
        *NodePointer(index) = (ulong)node.Pointer;
        _page.Count = count + 1;
    }

    /// <summary>Removes a cell.</summary>
    public void Remove(int index)
    {
        int count = Count;
        int after = count - index - 1;
        uint* heads = Heads;
        new Span<uint>(heads + index + 1, after).CopyTo(new Span<uint>(heads + index, after));
        ulong* last = NodePointer(count - 1);
        new Span<ulong>(last, after).CopyTo(new Span<ulong>(last + 1, after));
        _page.Count = count - 1;
    }

    /// <summary>Copies the nodes out.</summary>
    public void CopyNodesTo(Span<ulong> target)
    {
        for (int i = 0; i < Count; i++)
        {
            target[i] = *NodePointer(i);
        }
    }

    /// <summary>Writes the content anew, with the longest prefix that the nodes' keys share.</summary>
    public void Build(ReadOnlySpan<ulong> nodes)
    {
        ReadOnlySpan<byte> first = nodes.IsEmpty ? default : new KeyNode((byte*)nodes[0]).Key;
        ReadOnlySpan<byte> last = nodes.IsEmpty ? default : new KeyNode((byte*)nodes[^1]).Key;
        int prefix = nodes.Length < 2 ? 0 : Math.Min(first.CommonPrefixLength(last), _page.MaxInlineKey);
        _page.SetPrefix(first[..prefix]);
        _page.Count = nodes.Length;
        uint* heads = Heads;
        for (int i = 0; i < nodes.Length; i++)
        {
            heads[i] = KeyHead.Of(new KeyNode((byte*)nodes[i]).Key[prefix..]);
            *NodePointer(i) = nodes[i];
        }
    }

    private int FirstAtOrAbove(uint head, int low, int high)
    {
        uint* heads = Heads;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (heads[middle] < head)
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

    private ulong* NodePointer(int index) => (ulong*)(_page.Pointer + _page.PageBytes) - (index + 1);

    private ref ulong NodeSlot(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new InvariantViolationException($"Leaf {_page.Id} has {Count} cells, not one at {index}.");
        }
        return ref Unsafe.AsRef<ulong>(NodePointer(index));
    }
}
