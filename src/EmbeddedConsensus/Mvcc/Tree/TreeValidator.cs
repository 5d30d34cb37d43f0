namespace EmbeddedConsensus.Mvcc;

/// <summary>A walk over a whole tree that checks its structure.</summary>
internal sealed class TreeValidator
{
    private readonly BPlusTree _tree;
    private int _leafDepth = -1;
    private long _cells;

    private TreeValidator(BPlusTree tree) => _tree = tree;

    /// <summary>Checks the order of cells, the separators, that all leaves have the same depth, and that no page is
    /// empty. Reads every page: for tests and for a suspect store.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="root">The root to start from.</param>
    /// <returns>The number of cells.</returns>
    /// <exception cref="InvariantViolationException">The structure is broken.</exception>
    public static long Validate(BPlusTree tree, uint root)
    {
        TreeValidator validator = new(tree);
        validator.Visit(root, depth: 0, lower: default, hasLower: false, upper: default, hasUpper: false);
        return validator._cells;
    }

    private void Visit(uint id, int depth, TreeKey lower, bool hasLower, TreeKey upper, bool hasUpper)
    {
        NodePage page = _tree.Page(id);
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
            Require(_leafDepth < 0 || _leafDepth == depth, id, "is a leaf at another depth");
            _leafDepth = depth;
            _cells += page.Count;
            return;
        }
        Require(page.Count > 0 || depth > 0, id, "is a root with a single child");
        for (int position = 0; position <= page.Count; position++)
        {
            bool first = position == 0;
            bool last = position == page.Count;
            Visit(
                page.Child(position), depth + 1,
                first ? lower : KeyAt(page, position - 1), !first || hasLower,
                last ? upper : KeyAt(page, position), !last || hasUpper);
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
