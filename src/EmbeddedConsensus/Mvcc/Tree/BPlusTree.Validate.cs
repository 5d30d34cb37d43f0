namespace EmbeddedConsensus.Mvcc;

/// <summary>A walk over the whole tree that checks its structure.</summary>
internal sealed unsafe partial class BPlusTree
{
    /// <summary>Checks order, separators, equal depth of all leaves and the absence of empty pages; gives the number of
    /// cells. Reads every page: for tests and for a suspect store.</summary>
    /// <exception cref="InvariantViolationException">The structure is broken.</exception>
    public long Validate(uint root)
    {
        long cells = 0;
        int leafDepth = -1;
        ValidatePage(root, depth: 0, lower: default, hasLower: false, upper: default, hasUpper: false,
            ref leafDepth, ref cells);
        return cells;
    }

    private void ValidatePage(uint id, int depth, TreeKey lower, bool hasLower, TreeKey upper, bool hasUpper,
        ref int leafDepth, ref long cells)
    {
        NodePage page = Page(id);
        Require(page.UsedBytes <= page.Capacity, id, "holds more than its capacity");
        for (int i = 0; i < page.Count; i++)
        {
            TreeKey key = KeyAt(page, i);
            Require(i == 0 || page.Compare(key, i - 1) > 0, id, "is out of order");
            Require(!hasLower || Compare(key, lower) >= 0, id, "has a cell below its separator");
            Require(!hasUpper || Compare(key, upper) < 0, id, "has a cell above its separator");
        }
        if (page.IsLeaf)
        {
            Require(page.Count > 0 || depth == 0, id, "is an empty leaf");
            Require(leafDepth < 0 || leafDepth == depth, id, "is a leaf at another depth");
            leafDepth = depth;
            cells += page.Count;
            return;
        }
        Require(page.Count > 0 || depth > 0, id, "is a root with a single child");
        for (int position = 0; position <= page.Count; position++)
        {
            bool first = position == 0;
            bool last = position == page.Count;
            ValidatePage(
                page.Child(position), depth + 1,
                first ? lower : KeyAt(page, position - 1), !first || hasLower,
                last ? upper : KeyAt(page, position), !last || hasUpper,
                ref leafDepth, ref cells);
        }
    }

    private static TreeKey KeyAt(NodePage page, int index)
        => new(page.Key(index), page.Main(index), page.Sub(index));

    private static int Compare(in TreeKey a, in TreeKey b)
    {
        int order = a.Key.SequenceCompareTo(b.Key);
        return order != 0 ? order : TreeKey.CompareRevisions(a.Main, a.Sub, b.Main, b.Sub);
    }

    private static void Require(bool condition, uint page, string problem)
    {
        if (!condition)
        {
            throw new InvariantViolationException($"Tree page {page} {problem}.");
        }
    }
}
