namespace EmbeddedConsensus.Mvcc;

/// <summary>Insertion and splits.</summary>
internal sealed unsafe partial class BPlusTree
{
    /// <summary>Inserts a cell at the place that <see cref="Locate"/> found for it.</summary>
    public void InsertLocated(in TreeKey key, RecordHandle record)
    {
        if (_leafDepth < 0)
        {
            throw new InvariantViolationException("Nothing was located before this insertion.");
        }
        Span<byte> cell = new(_scratchCells, _pages.UnitBytes);
        cell = cell[..NodePage.WriteLeafCell(cell, key, record, _maxInlineKey)];
        NodePage leaf = Page(_path[_leafDepth]);
        if (!leaf.TryInsert(_leafIndex, cell, _scratchPage))
        {
            SplitLeaf(leaf, cell);
        }
        _leafDepth = -1;
        Count++;
    }

    /// <summary>Inserts a cell that sorts after all others.</summary>
    /// <exception cref="InvariantViolationException">It does not.</exception>
    public void AppendLast(in TreeKey key, RecordHandle record)
    {
        NodePage leaf = DescendForWrite(key);
        _leafIndex = leaf.Count;
        if (!IsRightEdge() || (_leafIndex > 0 && leaf.Compare(key, _leafIndex - 1) <= 0))
        {
            throw new InvariantViolationException("A cell that should be the last one is not.");
        }
        InsertLocated(key, record);
    }

    /// <summary>Points a cell to another copy of its record.</summary>
    /// <returns>False when the tree does not hold that record at that place.</returns>
    public bool TryReplace(in TreeKey key, RecordHandle old, RecordHandle replacement)
    {
        NodePage leaf = DescendForWrite(key);
        int index = leaf.LowerBound(key);
        bool found = index < leaf.Count && leaf.Compare(key, index) == 0 && leaf.Record(index) == old;
        if (found)
        {
            leaf.SetRecord(index, replacement);
        }
        _leafDepth = -1;
        return found;
    }

    private void SplitLeaf(NodePage leaf, ReadOnlySpan<byte> cell)
    {
        NodePage old = MoveToScratch(leaf);
        NodePage right = Page(NewPage(leaf: true));
        int total = old.Count + 1;
        int split = SplitPoint(old, _leafIndex, cell.Length, IsRightEdge());
        leaf.Clear();
        for (int i = 0; i < total; i++)
        {
            NodePage target = i < split ? leaf : right;
            Append(target, CellWithNew(old, i, _leafIndex, cell));
        }
        InsertSeparator(_leafDepth - 1, MakeSeparator(leaf, right));
    }

    /// <summary>Puts a separator beside the child taken at a depth, splitting inner pages up to the root.</summary>
    private void InsertSeparator(int depth, Span<byte> cell)
    {
        bool rightEdge = IsRightEdge();
        for (; depth >= 0; depth--)
        {
            NodePage inner = Page(_path[depth]);
            int index = _positions[depth];
            if (inner.TryInsert(index, cell, _scratchPage))
            {
                return;
            }
            cell = SplitInner(inner, index, cell, rightEdge);
        }
        uint left = Root;
        Root = NewPage(leaf: false);
        NodePage root = Page(Root);
        root.FirstChild = left;
        Append(root, cell);
    }

    // The middle separator moves up, and its child becomes the right page's first.
    private Span<byte> SplitInner(NodePage inner, int index, Span<byte> cell, bool rightEdge)
    {
        NodePage old = MoveToScratch(inner);
        NodePage right = Page(NewPage(leaf: false));
        int total = old.Count + 1;
        int split = Math.Clamp(SplitPoint(old, index, cell.Length, rightEdge), 1, total - 2);
        inner.Clear();
        for (int i = 0; i < split; i++)
        {
            Append(inner, CellWithNew(old, i, index, cell));
        }
        right.FirstChild = NodePage.ChildOf(CellWithNew(old, split, index, cell));
        for (int i = split + 1; i < total; i++)
        {
            Append(right, CellWithNew(old, i, index, cell));
        }
        ReadOnlySpan<byte> middle = CellWithNew(old, split, index, cell);
        Span<byte> up = new(_scratchCells, middle.Length);
        middle.CopyTo(up);
        NodePage.SetChildOf(up, right.Id);
        return up;
    }

    private NodePage MoveToScratch(NodePage page)
    {
        NodePage copy = new(_scratchPage);
        copy.CopyFrom(page, page.Id, page.Batch);
        return copy;
    }

    private static ReadOnlySpan<byte> CellWithNew(NodePage old, int i, int newIndex, ReadOnlySpan<byte> cell)
        => i == newIndex ? cell : old.Cell(i < newIndex ? i : i - 1);

    private static void Append(NodePage page, ReadOnlySpan<byte> cell)
    {
        if (!page.TryInsert(page.Count, cell, null))
        {
            throw new InvariantViolationException($"A cell of {cell.Length} bytes does not fit page {page.Id}.");
        }
    }

    private bool IsRightEdge()
    {
        for (int depth = 0; depth < _leafDepth; depth++)
        {
            if (_positions[depth] != Page(_path[depth]).Count)
            {
                return false;
            }
        }
        return true;
    }

    // Halves by bytes; at the tree's right end the left page stays full, so that ascending inserts fill their pages.
    private static int SplitPoint(NodePage old, int newIndex, int newBytes, bool rightEdge)
    {
        int total = old.Count + 1;
        if (rightEdge && newIndex == old.Count)
        {
            return total - 1;
        }
        int half = (old.UsedBytes + newBytes + NodePage.SlotBytes) / 2;
        int bytes = 0;
        for (int i = 0; i < total; i++)
        {
            int length = i == newIndex ? newBytes : old.Cell(i < newIndex ? i : i - 1).Length;
            bytes += length + NodePage.SlotBytes;
            if (bytes >= half)
            {
                return Math.Clamp(bytes - half > length / 2 ? i : i + 1, 1, total - 1);
            }
        }
        return total - 1;
    }

    private Span<byte> MakeSeparator(NodePage left, NodePage right)
    {
        ReadOnlySpan<byte> last = left.Key(left.Count - 1);
        ReadOnlySpan<byte> first = right.Key(0);
        int common = last.CommonPrefixLength(first);
        // Different keys: the shortest prefix of the right one that is above the left one. One key on both sides: the
        // revision separates.
        TreeKey separator = common < first.Length
            ? TreeKey.BeforeVersionsOf(first[..(common + 1)])
            : new TreeKey(first, right.Main(0), right.Sub(0));
        RecordHandle longKey = separator.Key.Length > _maxInlineKey
            ? _records.AddSeparator(separator.Key)
            : default;
        Span<byte> cell = new(_scratchCells, _pages.UnitBytes);
        return cell[..NodePage.WriteInnerCell(cell, separator, right.Id, longKey, _maxInlineKey)];
    }
}
