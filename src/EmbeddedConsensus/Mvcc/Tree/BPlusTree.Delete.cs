namespace EmbeddedConsensus.Mvcc;

/// <summary>Deletion and merges.</summary>
internal sealed unsafe partial class BPlusTree
{
    /// <summary>Takes a cell out of the tree; its record is the caller's.</summary>
    /// <exception cref="InvariantViolationException">There is no such cell.</exception>
    public void Delete(in TreeKey target)
    {
        NodePage leaf = DescendForWrite(target);
        int index = leaf.LowerBound(target);
        if (index == leaf.Count || leaf.Compare(target, index) != 0)
        {
            throw new InvariantViolationException($"Revision {target.Main}.{target.Sub} of a key is not in the tree.");
        }
        leaf.Remove(index);
        Count--;
        Rebalance(_leafDepth);
        _leafDepth = -1;
    }

    private void Rebalance(int depth)
    {
        for (; depth > 0; depth--)
        {
            NodePage page = Page(_path[depth]);
            if (page.IsLeaf && page.Count == 0)
            {
                RemoveEmptyLeaf(depth);
                return;
            }
            // Merging only when the result leaves room keeps a page from being split and merged in turn.
            if (page.UsedBytes > page.Capacity / 3 || !TryMerge(depth))
            {
                return;
            }
        }
        CollapseRoot();
    }

    // Also drops the inner pages above that led to this leaf only.
    private void RemoveEmptyLeaf(int depth)
    {
        Discard(_path[depth]);
        for (depth--; depth >= 0; depth--)
        {
            NodePage parent = Page(_path[depth]);
            if (parent.Count > 0)
            {
                RemoveChild(parent, _positions[depth]);
                Rebalance(depth);
                return;
            }
            Discard(_path[depth]);
        }
        Root = NewPage(leaf: true);
    }

    private void RemoveChild(NodePage parent, int position)
    {
        int separator = Math.Max(position - 1, 0);
        if (position == 0)
        {
            parent.FirstChild = parent.Child(1);
        }
        DiscardSeparatorRecord(parent, separator);
        parent.Remove(separator);
    }

    private bool TryMerge(int depth)
    {
        NodePage parent = Page(_path[depth - 1]);
        int position = _positions[depth - 1];
        return (position > 0 && TryMergeChildren(parent, position - 1))
            || (position < parent.Count && TryMergeChildren(parent, position));
    }

    /// <summary>Moves all cells of the child to the right of a separator into the one to its left, if they
    /// fit.</summary>
    private bool TryMergeChildren(NodePage parent, int separator)
    {
        NodePage left = Page(parent.Child(separator));
        NodePage right = Page(parent.Child(separator + 1));
        int pulledDown = left.IsLeaf ? 0 : parent.Cell(separator).Length + NodePage.SlotBytes;
        if (left.UsedBytes + right.UsedBytes + pulledDown > left.Capacity - left.Capacity / 8)
        {
            return false;
        }
        left = Page(MakeChildEditable(parent, separator));
        if (left.IsLeaf)
        {
            DiscardSeparatorRecord(parent, separator);
        }
        else
        {
            Span<byte> cell = new(_scratchCells, _pages.UnitBytes);
            ReadOnlySpan<byte> source = parent.Cell(separator);
            source.CopyTo(cell);
            cell = cell[..source.Length];
            NodePage.SetChildOf(cell, right.FirstChild);
            AppendGathering(left, cell);
        }
        for (int i = 0; i < right.Count; i++)
        {
            AppendGathering(left, right.Cell(i));
        }
        parent.Remove(separator);
        Discard(right.Id);
        return true;
    }

    private void AppendGathering(NodePage page, ReadOnlySpan<byte> cell)
    {
        if (!page.TryInsert(page.Count, cell, _scratchPage))
        {
            throw new InvariantViolationException($"A merge does not fit page {page.Id}.");
        }
    }

    private void CollapseRoot()
    {
        NodePage root = Page(Root);
        while (!root.IsLeaf && root.Count == 0)
        {
            uint child = root.FirstChild;
            Discard(Root);
            Root = child;
            root = Page(child);
        }
    }
}
