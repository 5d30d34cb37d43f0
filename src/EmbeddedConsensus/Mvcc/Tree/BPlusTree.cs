using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>A copy-on-write B+tree of slotted pages over (user key, revision descending), whose values are record
/// handles. One writer edits pages of the present batch in place and copies older ones, so that every root given out by
/// <see cref="Seal"/> stays a complete, unchanging tree until its pages are reclaimed.</summary>
/// <remarks>Keys over a sixteenth of a page keep a prefix in the page; the rest of a leaf's key is in its record, that
/// of a separator in a record of its own. Separators are cut to the shortest key that still separates.</remarks>
internal sealed unsafe partial class BPlusTree
{
    /// <summary>More levels than any tree can have: every page but the root has several children or cells.</summary>
    public const int MaxDepth = 20;

    private readonly PageArena _pages;
    private readonly RecordHeap _records;
    private readonly RetireQueue _retired;
    private readonly int _maxInlineKey;
    private readonly byte* _scratchPage;
    private readonly byte* _scratchCells;

    // The path of the last descent: pages of this batch, and the child taken in each.
    private readonly uint[] _path = new uint[MaxDepth];
    private readonly int[] _positions = new int[MaxDepth];
    private int _leafDepth = -1;
    private int _leafIndex;
    private ulong _batch = 1;

    /// <summary>An empty tree.</summary>
    public BPlusTree(PageArena pages, RecordHeap records, RetireQueue retired)
    {
        _pages = pages;
        _records = records;
        _retired = retired;
        _maxInlineKey = pages.UnitBytes / 16;
        _scratchPage = (byte*)NativeMemory.Alloc((nuint)pages.UnitBytes * 2);
        _scratchCells = _scratchPage + pages.UnitBytes;
        Root = NewPage(leaf: true);
    }

    /// <summary>The root of the tree with all of the writer's changes.</summary>
    public uint Root { get; private set; }

    /// <summary>Cells in the tree.</summary>
    public long Count { get; private set; }

    /// <summary>Ends the batch: from now on the pages that <see cref="Root"/> reaches are copied, not edited.</summary>
    public void Seal()
    {
        _batch++;
        _leafDepth = -1;
    }

    /// <summary>A page that a root reaches. Safe on any thread that keeps that root from being reclaimed.</summary>
    /// <exception cref="InvariantViolationException">There is no such page.</exception>
    public NodePage Page(uint id)
    {
        NodePage page = new(_pages.Pointer(id));
        if (!page.IsPage(id))
        {
            throw new InvariantViolationException($"Page {id} is not a tree page.");
        }
        return page;
    }

    /// <summary>Frees the memory that the tree holds besides its pages.</summary>
    public void Release() => NativeMemory.Free(_scratchPage);

    /// <summary>Finds the position of a new cell and makes the path to it editable; the next call must be
    /// <see cref="InsertLocated"/>.</summary>
    /// <param name="target">The key of the new cell.</param>
    /// <param name="older">The newest cell of the same key after the position; the null handle if there is
    /// none.</param>
    public void Locate(in TreeKey target, out RecordHandle older)
    {
        NodePage leaf = DescendForWrite(target);
        _leafIndex = leaf.LowerBound(target);
        older = default;
        if (_leafIndex < leaf.Count)
        {
            if (leaf.Key(_leafIndex).SequenceEqual(target.Key))
            {
                if (leaf.Compare(target, _leafIndex) == 0)
                {
                    throw new InvariantViolationException(
                        $"Revision {target.Main}.{target.Sub} of a key is in the tree already.");
                }
                older = leaf.Record(_leafIndex);
            }
            return;
        }
        TreeCursor next = new(this, Root);
        if (next.Seek(target) && next.HasKey(target.Key))
        {
            older = next.Record;
        }
    }

    private NodePage DescendForWrite(in TreeKey target)
    {
        Root = MakeEditable(Root);
        uint id = Root;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            NodePage page = Page(id);
            _path[depth] = id;
            if (page.IsLeaf)
            {
                _leafDepth = depth;
                return page;
            }
            int position = page.ChildPosition(target);
            _positions[depth] = position;
            id = MakeChildEditable(page, position);
        }
        throw new InvariantViolationException($"The tree is deeper than {MaxDepth} pages.");
    }

    private uint MakeChildEditable(NodePage parent, int position)
    {
        uint child = parent.Child(position);
        uint editable = MakeEditable(child);
        if (editable != child)
        {
            parent.SetChild(position, editable);
        }
        return editable;
    }

    private uint MakeEditable(uint id)
    {
        NodePage page = Page(id);
        if (page.Batch == _batch)
        {
            return id;
        }
        uint copyId = _pages.Allocate();
        new NodePage(_pages.Pointer(copyId)).CopyFrom(page, copyId, _batch);
        _retired.Add(RetireQueue.Kind.Page, id);
        return copyId;
    }

    private uint NewPage(bool leaf)
    {
        uint id = _pages.Allocate();
        new NodePage(_pages.Pointer(id)).Initialize(leaf, id, _batch, _pages.UnitBytes);
        return id;
    }

    // A page of this batch was never published, so only the writer can be in it.
    private void Discard(uint id)
    {
        NodePage page = Page(id);
        if (page.Batch == _batch)
        {
            page.Erase();
            _pages.Free(id);
        }
        else
        {
            _retired.Add(RetireQueue.Kind.Page, id);
        }
    }

    private void DiscardSeparatorRecord(NodePage inner, int index)
    {
        RecordHandle record = inner.SeparatorRecord(index);
        if (!record.IsNull)
        {
            _retired.Add(RetireQueue.Kind.Record, record.Bits);
        }
    }
}
