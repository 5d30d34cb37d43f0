namespace EmbeddedConsensus.Mvcc;

/// <summary>Removal and merges.</summary>
internal sealed unsafe partial class BPlusTree
{
    /// <summary>Takes the located key, which does not exist any more, out of the tree; its node is the
    /// caller's.</summary>
    public void RemoveLocated()
    {
        RequireLocated();
        MakePathEditable(_leafDepth + 1);
        LeafPage leaf = new(Page(_path[_leafDepth]));
        leaf.Remove(_leafIndex);
        Rebalance(_leafDepth);
        _leafDepth = -1;
    }

    private void Rebalance(int depth)
    {
        for (; depth > 0; depth--)
        {
            TreePage page = Page(_path[depth]);
            if (page.IsLeaf && page.Count == 0)
            {
                RemoveEmptyLeaf(depth);
                return;
            }
            // Merging only when the result leaves room keeps a page from being split and merged in turn.
            if (!(page.IsLeaf ? new LeafPage(page).IsSparse : new InnerPage(page).IsSparse) || !TryMerge(depth))
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
            InnerPage parent = new(Page(_path[depth]));
            if (parent.Count > 0)
            {
                RemoveChild(parent, _positions[depth]);
                Rebalance(depth);
                return;
            }
            Discard(_path[depth]);
        }
        Root = NewPage(leaf: true).Id;
    }

    private void RemoveChild(InnerPage parent, int position)
    {
        DiscardSeparator(parent, Math.Max(position - 1, 0));
        _entries.Load(parent);
        _entries.RemoveAt(position);
        RequireBuilt(parent.TryBuild(_entries, 0, _entries.Count), parent);
    }

    private bool TryMerge(int depth)
    {
        InnerPage parent = new(Page(_path[depth - 1]));
        int position = _positions[depth - 1];
        return (position > 0 && TryMergeChildren(parent, position - 1))
            || (position < parent.Count && TryMergeChildren(parent, position));
    }

    /// <summary>Moves what is in the child to the right of a separator into the one to its left, if it fits.</summary>
    private bool TryMergeChildren(InnerPage parent, int separator)
    {
        TreePage left = Page(parent.Child(separator));
        TreePage right = Page(parent.Child(separator + 1));
        bool merged = left.IsLeaf
            ? TryMergeLeaves(parent, separator, new LeafPage(left), new LeafPage(right))
            : TryMergeInner(parent, separator, new InnerPage(left), new InnerPage(right));
        if (!merged)
        {
            return false;
        }
        uint keys = parent.Keys(separator) + parent.Keys(separator + 1);
        _entries.Load(parent);
        _entries.Set(separator, parent.Child(separator), keys);
        _entries.RemoveAt(separator + 1);
        RequireBuilt(parent.TryBuild(_entries, 0, _entries.Count), parent);
        Discard(right.Id);
        return true;
    }

    private bool TryMergeLeaves(InnerPage parent, int separator, LeafPage left, LeafPage right)
    {
        if (!left.CanTakeAllOf(right))
        {
            return false;
        }
        DiscardSeparator(parent, separator);
        Span<ulong> nodes = new(_scratchNodes, left.Count + right.Count);
        left.CopyNodesTo(nodes);
        right.CopyNodesTo(nodes[left.Count..]);
        new LeafPage(MakeChildEditable(parent, separator)).Build(nodes);
        return true;
    }

    // The separator between them comes down.
    private bool TryMergeInner(InnerPage parent, int separator, InnerPage left, InnerPage right)
    {
        _entries.Load(left);
        _entries.Append(parent, separator, right);
        if ((left.Count + right.Count + 1) * InnerPage.SlotBytes > _pages.UnitBytes * 7 / 8)
        {
            return false;
        }
        // Tried in a page of its own: the left one is still in use if it does not fit.
        TreePage merged = NewPage(leaf: false);
        if (!new InnerPage(merged).TryBuild(_entries, 0, _entries.Count))
        {
            Discard(merged.Id);
            return false;
        }
        Discard(left.Page.Id);
        parent.Child(separator) = merged.Id;
        return true;
    }

    private TreePage MakeChildEditable(InnerPage parent, int position)
    {
        ref uint child = ref parent.Child(position);
        child = MakeEditable(child);
        return Page(child);
    }

    private void CollapseRoot()
    {
        TreePage root = Page(Root);
        while (!root.IsLeaf && root.Count == 0)
        {
            uint child = root.FirstChild;
            Discard(Root);
            Root = child;
            root = Page(child);
        }
    }
}
