namespace EmbeddedConsensus.Mvcc;

/// <summary>A walk over a writer's whole tree and all chains that checks their structure. For tests and for a suspect
/// store.</summary>
internal sealed class StoreValidator
{
    private readonly BPlusTree _tree;
    private int _leafDepth = -1;
    private long _versions;

    private StoreValidator(BPlusTree tree) => _tree = tree;

    /// <summary>Checks the order of keys, the separators, the counts, that all leaves have the same depth and no page
    /// is empty, and each key's chain: its order, its links, and that what is not retired is as many versions as the
    /// store has.</summary>
    /// <exception cref="InvariantViolationException">Something does not agree.</exception>
    public static void Validate(BPlusTree tree, long versions)
    {
        StoreValidator validator = new(tree);
        long keys = validator.Visit(tree.Root, depth: 0, lower: default, upper: default);
        if (keys != tree.Keys || validator._versions != versions)
        {
            throw new InvariantViolationException(
                $"The tree has {keys} keys and {validator._versions} versions, not {tree.Keys} and {versions}.");
        }
    }

    private long Visit(uint id, int depth, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        TreePage page = _tree.Page(id);
        if (page.IsLeaf)
        {
            Require(page.Count > 0 || depth == 0, id, "is an empty leaf");
            Require(_leafDepth < 0 || _leafDepth == depth, id, "is a leaf at another depth");
            _leafDepth = depth;
            return VisitLeaf(new LeafPage(page), lower, upper);
        }
        InnerPage inner = new(page);
        Require(page.Count > 0 || depth > 0, id, "is a root with a single child");
        long keys = 0;
        for (int position = 0; position <= page.Count; position++)
        {
            ReadOnlySpan<byte> low = position == 0 ? lower : Separator(inner, position - 1);
            ReadOnlySpan<byte> high = position == page.Count ? upper : Separator(inner, position);
            Require(high.IsEmpty || low.SequenceCompareTo(high) < 0, id, "has separators out of order");
            Require(position == 0 || inner.ChildPosition(low) == position, id, "does not find a separator");
            long found = Visit(inner.Child(position), depth + 1, low, high);
            Require(found == inner.Keys(position), id, $"counts {inner.Keys(position)} keys where {found} are");
            keys += found;
        }
        return keys;
    }

    private long VisitLeaf(LeafPage leaf, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        uint id = leaf.Page.Id;
        long keys = 0;
        for (int i = 0; i < leaf.Count; i++)
        {
            KeyNode node = leaf.Node(i);
            ReadOnlySpan<byte> key = node.Key;
            Require(i == 0 || leaf.Node(i - 1).Key.SequenceCompareTo(key) < 0, id, "is out of order");
            Require(key.SequenceCompareTo(lower) >= 0, id, "has a key below its separator");
            Require(upper.IsEmpty || key.SequenceCompareTo(upper) < 0, id, "has a key above its separator");
            Require(leaf.LowerBound(key, out bool found) == i && found, id, "does not find its own key");
            keys += VisitChain(node, id) ? 1 : 0;
        }
        return keys;
    }

    /// <summary>Checks a chain; returns whether the key exists.</summary>
    private bool VisitChain(KeyNode node, uint page)
    {
        RecordHandle newest = node.Newest;
        Require(!newest.IsNull && !node.IsForwarded, page, "has a key without versions, or one that was moved");
        Span<RecordHandle> next = stackalloc RecordHandle[RecordMemory.MaxLevel + 1];
        for (RecordHandle version = newest; !version.IsNull; version = version.Memory.Older(0))
        {
            MvccRecord record = new(version);
            RecordMemory memory = record.Memory;
            Require(memory.Handle == version && memory.Key.IsSame(node), page, "has a version of another key");
            _versions += memory.IsRetired ? 0 : 1;
            for (int level = 0; level <= memory.Level; level++)
            {
                Require(next[level].IsNull || next[level] == version, page, "has a chain with a wrong link");
                next[level] = memory.Older(level);
                Require(
                    next[level].IsNull
                        || !next[level].Memory.IsAfter(record.ModRevision, record.SubRevision - 1),
                    page, "has a chain out of order");
                Require(
                    next[level].IsNull || next[level].Memory.Level >= level, page, "has a link to a lower level");
            }
        }
        return !newest.IsTombstone;
    }

    private static ReadOnlySpan<byte> Separator(InnerPage page, int index)
    {
        KeyNode node = page.LongSeparator(index);
        if (!node.IsNull)
        {
            return node.Key;
        }
        byte[] key = new byte[page.Page.PageBytes];
        return key.AsSpan(0, page.CopySeparator(index, key));
    }

    private static void Require(bool condition, uint page, string problem)
    {
        if (!condition)
        {
            throw new InvariantViolationException($"Tree page {page} {problem}.");
        }
    }
}
