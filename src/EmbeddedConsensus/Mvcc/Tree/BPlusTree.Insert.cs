namespace EmbeddedConsensus.Mvcc;

/// <summary>Insertion and splits.</summary>
internal sealed unsafe partial class BPlusTree
{
    // A separator on its way up while the entries of the page below are overwritten.
    private byte[] _raised = [];

    /// <summary>Inserts a key at the place that <see cref="Locate"/> found for it.</summary>
    /// <param name="node">The key's node, with its versions.</param>
    /// <param name="exists">Whether its newest version is not a tombstone.</param>
    public void InsertLocated(KeyNode node, bool exists)
    {
        RequireLocated();
        MakePathEditable(_leafDepth + 1);
        if (exists)
        {
            AddToKeys(1);
        }
        LeafPage leaf = new(Page(_path[_leafDepth]));
        if (leaf.Count > 1 && leaf.HasRoom && leaf.Page.ComparePrefix(node.Key) == 0)
        {
            leaf.Insert(_leafIndex, node);
        }
        else
        {
            Rebuild(leaf, node);
        }
        _leafDepth = -1;
    }

    /// <summary>Inserts a key that sorts after all others.</summary>
    /// <exception cref="InvariantViolationException">It does not.</exception>
    public void AppendLast(KeyNode node, bool exists)
    {
        KeyNode found = Locate(node.Key);
        if (!found.IsNull || !IsRightEdge() || _leafIndex < Page(_path[_leafDepth]).Count)
        {
            throw new InvariantViolationException("A key that should be the last one is not.");
        }
        InsertLocated(node, exists);
    }

    private void Rebuild(LeafPage leaf, KeyNode added)
    {
        int total = leaf.Count + 1;
        Span<ulong> nodes = new(_scratchNodes, total);
        leaf.CopyNodesTo(nodes);
        nodes[_leafIndex..^1].CopyTo(nodes[(_leafIndex + 1)..]);
        nodes[_leafIndex] = (ulong)added.Pointer;
        // There is room: the prefix becomes shorter, or this is the second key.
        if (leaf.HasRoom)
        {
            leaf.Build(nodes);
            return;
        }
        // At the tree's right end the left page stays full, so that ascending inserts fill their pages.
        int split = IsRightEdge() && _leafIndex == total - 1 ? total - 1 : total / 2;
        LeafPage right = new(NewPage(leaf: true));
        if (split < total - 1)
        {
            leaf.Build(nodes[..split]);
        }
        right.Build(nodes[split..]);
        AddRightSibling(leaf, right);
    }

    private void AddRightSibling(LeafPage left, LeafPage right)
    {
        ReadOnlySpan<byte> last = left.Node(left.Count - 1).Key;
        KeyNode first = right.Node(0);
        // The shortest prefix of the right key that is above the left one.
        ReadOnlySpan<byte> separator = first.Key[..(last.CommonPrefixLength(first.Key) + 1)];
        KeyNode node = separator.Length > left.Page.MaxInlineKey
            ? _records.AddSeparator(separator, first.Birth)
            : default;
        uint keysBefore = _leafDepth == 0
            ? (uint)Keys
            : new InnerPage(Page(_path[_leafDepth - 1])).Keys(_positions[_leafDepth - 1]);
        uint rightKeys = keysBefore == left.Count + right.Count ? (uint)right.Count : CountKeys(right);
        InsertSeparator(_leafDepth - 1, separator, node, right.Page.Id, keysBefore - rightKeys, rightKeys);
    }

    /// <summary>Puts a child beside the one taken at a depth, splitting inner pages up to the root.</summary>
    private void InsertSeparator(
        int depth, ReadOnlySpan<byte> separator, KeyNode node, uint right, uint leftKeys, uint rightKeys)
    {
        bool rightEdge = IsRightEdge();
        for (; depth >= 0; depth--)
        {
            InnerPage inner = new(Page(_path[depth]));
            int position = _positions[depth];
            _entries.Load(inner);
            _entries.Set(position, inner.Child(position), leftKeys);
            _entries.Insert(position + 1, separator, node, right, rightKeys);
            if (inner.TryBuild(_entries, 0, _entries.Count))
            {
                return;
            }
            InnerPage sibling = new(NewPage(leaf: false));
            int split = SplitInner(inner, sibling, position + 1, rightEdge);
            node = _entries.LongSeparator(split);
            separator = node.IsNull ? Raise(_entries.Separator(split)) : node.Key;
            right = sibling.Page.Id;
            leftKeys = _entries.KeysOf(0, split);
            rightKeys = _entries.KeysOf(split, _entries.Count);
        }
        InnerPage root = new(NewPage(leaf: false));
        root.Page.FirstChild = Root;
        root.Page.FirstChildKeys = leftKeys;
        _entries.Load(root);
        _entries.Insert(1, separator, node, right, rightKeys);
        RequireBuilt(root.TryBuild(_entries, 0, 2), root);
        Root = root.Page.Id;
    }

    // The separator at the split moves up. The split is in the middle, but at the tree's right end the left page stays
    // full; and if a half does not fit, because the new separator shortens its prefix, it is at the new one, which
    // leaves parts of the old page on both sides.
    private int SplitInner(InnerPage left, InnerPage right, int added, bool rightEdge)
    {
        int total = _entries.Count;
        int split = rightEdge && added == total - 1 ? total - 1 : total / 2;
        if (left.TryBuild(_entries, 0, split) && right.TryBuild(_entries, split, total))
        {
            return split;
        }
        RequireBuilt(left.TryBuild(_entries, 0, added), left);
        RequireBuilt(right.TryBuild(_entries, added, total), right);
        return added;
    }

    private ReadOnlySpan<byte> Raise(ReadOnlySpan<byte> separator)
    {
        if (_raised.Length < separator.Length)
        {
            _raised = new byte[_pages.UnitBytes];
        }
        separator.CopyTo(_raised);
        return _raised.AsSpan(0, separator.Length);
    }

    private static uint CountKeys(LeafPage leaf)
    {
        uint keys = 0;
        for (int i = 0; i < leaf.Count; i++)
        {
            RecordHandle newest = leaf.Node(i).Newest;
            keys += newest.IsNull || newest.IsTombstone ? 0u : 1;
        }
        return keys;
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

    private static void RequireBuilt(bool built, InnerPage page)
    {
        if (!built)
        {
            throw new InvariantViolationException($"The children of page {page.Page.Id} do not fit it.");
        }
    }
}
