namespace EmbeddedConsensus.Mvcc;

/// <summary>Counts the keys of a root at its own revision by the counts in the inner pages: the cost of a
/// descent.</summary>
internal static class TreeCounter
{
    /// <summary>How many keys below a key exist at the root's revision.</summary>
    /// <param name="store">The store of the root.</param>
    /// <param name="root">The root.</param>
    /// <param name="key">The key.</param>
    public static long CountBefore(MvccStore store, MvccRoot root, ReadOnlySpan<byte> key)
    {
        long before = 0;
        long keys = root.Keys;
        TreePage page = store.Tree.Page(root.TreeRoot);
        for (int depth = 0; !page.IsLeaf; depth++)
        {
            if (depth == BPlusTree.MaxDepth)
            {
                throw new InvariantViolationException($"The tree is deeper than {BPlusTree.MaxDepth} pages.");
            }
            InnerPage inner = new(page);
            int position = inner.ChildPosition(key);
            before += inner.KeysBefore(position);
            keys = inner.Keys(position);
            page = store.Tree.Page(inner.Child(position));
        }
        LeafPage leaf = new(page);
        int index = leaf.LowerBound(key, out _);
        return before + (keys == leaf.Count ? index : CountExisting(store, leaf, index, root.Revision));
    }

    // Some keys of the leaf are deleted, and their deletions not yet compacted.
    private static long CountExisting(MvccStore store, LeafPage leaf, int cells, long revision)
    {
        using GraceSection section = store.Grace.Enter();
        long keys = 0;
        for (int i = 0; i < cells; i++)
        {
            RecordHandle version = VersionChain.Find(leaf.Node(i), revision);
            keys += version.IsNull || version.IsTombstone ? 0 : 1;
        }
        return keys;
    }
}
