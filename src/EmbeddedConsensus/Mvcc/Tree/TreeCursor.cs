using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>A leaf in one version of the tree, with the path that leads there. A plain value: no allocation, no lock.
/// Valid until the root it was opened on can be reclaimed.</summary>
internal struct TreeCursor
{
    private readonly BPlusTree _tree;
    private readonly uint _root;
    private Path _pages;
    private Path _positions;
    private int _depth;

    /// <summary>A cursor without a position.</summary>
    public TreeCursor(BPlusTree tree, uint root)
    {
        _tree = tree;
        _root = root;
    }

    /// <summary>The current leaf.</summary>
    public LeafPage Leaf { get; private set; }

    /// <summary>Moves to the leaf that covers a key.</summary>
    public void Seek(ReadOnlySpan<byte> key)
    {
        uint id = _root;
        for (int depth = 0; depth < Path.Length; depth++)
        {
            TreePage page = _tree.Page(id);
            _pages[depth] = id;
            if (page.IsLeaf)
            {
                _depth = depth;
                Leaf = new LeafPage(page);
                return;
            }
            InnerPage inner = new(page);
            int position = inner.ChildPosition(key);
            _positions[depth] = (uint)position;
            id = inner.Child(position);
        }
        throw TooDeep();
    }

    /// <summary>Moves to the last leaf.</summary>
    public void SeekLast() => DescendEdge(_root, 0, rightmost: true);

    /// <summary>Moves to the next leaf; false, and the cursor stays, at the end.</summary>
    public bool MoveNext()
    {
        for (int depth = _depth - 1; depth >= 0; depth--)
        {
            InnerPage parent = new(_tree.Page(_pages[depth]));
            if (_positions[depth] < parent.Count)
            {
                _positions[depth]++;
                DescendEdge(parent.Child((int)_positions[depth]), depth + 1, rightmost: false);
                return true;
            }
        }
        return false;
    }

    /// <summary>Moves to the leaf before; false, and the cursor stays, at the start.</summary>
    public bool MovePrevious()
    {
        for (int depth = _depth - 1; depth >= 0; depth--)
        {
            if (_positions[depth] > 0)
            {
                InnerPage parent = new(_tree.Page(_pages[depth]));
                _positions[depth]--;
                DescendEdge(parent.Child((int)_positions[depth]), depth + 1, rightmost: true);
                return true;
            }
        }
        return false;
    }

    private void DescendEdge(uint id, int depth, bool rightmost)
    {
        for (; depth < Path.Length; depth++)
        {
            TreePage page = _tree.Page(id);
            _pages[depth] = id;
            if (page.IsLeaf)
            {
                _depth = depth;
                Leaf = new LeafPage(page);
                return;
            }
            int position = rightmost ? page.Count : 0;
            _positions[depth] = (uint)position;
            id = new InnerPage(page).Child(position);
        }
        throw TooDeep();
    }

    private static InvariantViolationException TooDeep() => new($"The tree is deeper than {Path.Length} pages.");

    /// <summary>One number for each level.</summary>
    [InlineArray(Length)]
    private struct Path
    {
        public const int Length = BPlusTree.MaxDepth;
        private uint _first;
    }
}
