using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>A B+tree with one cell for each key, and in the inner pages the number of keys that exist under each child.
/// One writer edits pages of the present batch in place and copies older ones, so that every root given out by
/// <see cref="Seal"/> stays a complete, unchanging tree, counts included, until its pages are reclaimed. Another
/// version of a key that exists changes no page.</summary>
/// <remarks>Keys over a sixteenth of a page may be separators too; then a node of its own holds the separator.
/// Separators are cut to the shortest key that still separates.</remarks>
internal sealed unsafe partial class BPlusTree
{
    /// <summary>More levels than any tree can have: a page has several children or cells but at an edge.</summary>
    public const int MaxDepth = 20;

    private readonly PageArena _pages;
    private readonly RecordHeap _records;
    private readonly EpochTable _epochs;
    private readonly ulong* _scratchNodes;
    private readonly InnerEntries _entries = new();

    // The path of the last descent, and the child taken in each page.
    private readonly uint[] _path = new uint[MaxDepth];
    private readonly int[] _positions = new int[MaxDepth];
    private int _leafDepth = -1;
    private int _leafIndex;
    private long _batch = 1;

    /// <summary>An empty tree.</summary>
    public BPlusTree(PageArena pages, RecordHeap records, EpochTable epochs)
    {
        _pages = pages;
        _records = records;
        _epochs = epochs;
        // The cells of two leaves and a new one.
        _scratchNodes = (ulong*)NativeMemory.Alloc((nuint)pages.UnitBytes * 2);
        Root = NewPage(leaf: true).Id;
    }

    /// <summary>The root of the tree with all of the writer's changes.</summary>
    public uint Root { get; private set; }

    /// <summary>Keys that exist, those whose newest version is a tombstone not counted.</summary>
    public long Keys { get; private set; }

    /// <summary>Ends the batch: from now on the pages that <see cref="Root"/> reaches are copied, not edited.</summary>
    /// <returns>The number of the batch, which is that of the root to be published.</returns>
    public long Seal()
    {
        _leafDepth = -1;
        return _batch++;
    }

    /// <summary>A page that a root reaches. Safe on any thread that keeps that root from being reclaimed.</summary>
    /// <exception cref="InvariantViolationException">There is no such page.</exception>
    public TreePage Page(uint id)
    {
        TreePage page = new(_pages.Pointer(id));
        if (!page.IsPage(id))
        {
            throw new InvariantViolationException($"Page {id} is not a tree page.");
        }
        return page;
    }

    /// <summary>Frees the memory that the tree holds besides its pages.</summary>
    public void Release() => NativeMemory.Free(_scratchNodes);

    /// <summary>Finds a key's node; the next call may be <see cref="InsertLocated"/> or
    /// <see cref="AddToKeys"/>.</summary>
    /// <returns>No node when the tree does not have the key.</returns>
    public KeyNode Locate(ReadOnlySpan<byte> key)
    {
        uint id = Root;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            TreePage page = Page(id);
            _path[depth] = id;
            if (page.IsLeaf)
            {
                LeafPage leaf = new(page);
                _leafDepth = depth;
                _leafIndex = leaf.LowerBound(key, out bool found);
                return found ? leaf.Node(_leafIndex) : default;
            }
            InnerPage inner = new(page);
            _positions[depth] = inner.ChildPosition(key);
            id = inner.Child(_positions[depth]);
        }
        throw new InvariantViolationException($"The tree is deeper than {MaxDepth} pages.");
    }

    /// <summary>Notes that the located key exists from now on, or does not.</summary>
    /// <param name="change">1 or -1.</param>
    public void AddToKeys(int change)
    {
        RequireLocated();
        MakePathEditable(_leafDepth);
        for (int depth = 0; depth < _leafDepth; depth++)
        {
            ref uint keys = ref new InnerPage(Page(_path[depth])).Keys(_positions[depth]);
            keys = checked((uint)(keys + change));
        }
        Keys += change;
    }

    /// <summary>Points the located cell to another copy of its node, in whatever roots share the leaf.</summary>
    public void ReplaceLocated(KeyNode copy)
    {
        RequireLocated();
        new LeafPage(Page(_path[_leafDepth])).ReplaceNode(_leafIndex, copy);
    }

    private void RequireLocated()
    {
        if (_leafDepth < 0)
        {
            throw new InvariantViolationException("Nothing was located before this change.");
        }
    }

    /// <summary>Makes the first pages of the path ones of this batch.</summary>
    private void MakePathEditable(int pages)
    {
        for (int depth = 0; depth < pages; depth++)
        {
            uint id = MakeEditable(_path[depth]);
            if (id == _path[depth])
            {
                continue;
            }
            _path[depth] = id;
            if (depth == 0)
            {
                Root = id;
            }
            else
            {
                new InnerPage(Page(_path[depth - 1])).Child(_positions[depth - 1]) = id;
            }
        }
    }

    private uint MakeEditable(uint id)
    {
        TreePage page = Page(id);
        if (page.Batch == _batch)
        {
            return id;
        }
        uint copyId = _pages.Allocate();
        new TreePage(_pages.Pointer(copyId)).CopyFrom(page, copyId, _batch);
        _epochs.Retire(RetiredKind.Page, id, page.Batch);
        return copyId;
    }

    private TreePage NewPage(bool leaf)
    {
        uint id = _pages.Allocate();
        TreePage page = new(_pages.Pointer(id));
        page.Initialize(leaf, id, _batch, _pages.UnitBytes);
        return page;
    }

    // A page of this batch was never published, so only the writer can be in it.
    private void Discard(uint id)
    {
        TreePage page = Page(id);
        if (page.Batch == _batch)
        {
            page.Erase();
            _pages.Free(id);
        }
        else
        {
            _epochs.Retire(RetiredKind.Page, id, page.Batch);
        }
    }

    private void DiscardSeparator(InnerPage inner, int index)
    {
        KeyNode node = inner.LongSeparator(index);
        if (!node.IsNull)
        {
            _epochs.Retire(RetiredKind.Separator, (ulong)node.Pointer, node.Birth);
        }
    }
}
