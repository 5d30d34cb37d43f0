using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>A position in one version of the tree, with the path that leads there. A plain value: no allocation, no
/// lock. Valid until the root it was opened on can be reclaimed; for the writer, until its next change.</summary>
internal struct TreeCursor
{
    private readonly BPlusTree _tree;
    private readonly uint _root;
    private Path _pages;
    private Path _positions;
    private int _depth;
    private NodePage _leaf;
    private int _index;

    /// <summary>A cursor without a position.</summary>
    public TreeCursor(BPlusTree tree, uint root)
    {
        _tree = tree;
        _root = root;
        _depth = -1;
    }

    /// <summary>True when the cursor stands on a cell.</summary>
    public readonly bool IsValid => _depth >= 0;

    /// <summary>The user key of the cell.</summary>
    public readonly ReadOnlySpan<byte> Key => _leaf.Key(_index);

    /// <summary>The main revision of the cell.</summary>
    public readonly long Main => _leaf.Main(_index);

    /// <summary>The sub-revision of the cell.</summary>
    public readonly int Sub => _leaf.Sub(_index);

    /// <summary>The record of the cell.</summary>
    public readonly RecordHandle Record => _leaf.Record(_index);

    /// <summary>Moves to the first cell at or after a key.</summary>
    public bool Seek(in TreeKey target)
    {
        uint id = _root;
        for (int depth = 0; depth < Path.Length; depth++)
        {
            NodePage page = _tree.Page(id);
            _pages[depth] = id;
            if (page.IsLeaf)
            {
                _depth = depth;
                _leaf = page;
                _index = page.LowerBound(target);
                return _index < page.Count || MoveToNextLeaf();
            }
            int position = page.ChildPosition(target);
            _positions[depth] = (uint)position;
            id = page.Child(position);
        }
        throw new InvariantViolationException($"The tree is deeper than {Path.Length} pages.");
    }

    /// <summary>Moves to the next cell; false at the end.</summary>
    public bool MoveNext()
    {
        if (_depth < 0)
        {
            return false;
        }
        return ++_index < _leaf.Count || MoveToNextLeaf();
    }

    /// <summary>Compares the cell's key with another.</summary>
    public readonly bool HasKey(ReadOnlySpan<byte> key) => Key.SequenceEqual(key);

    private bool MoveToNextLeaf()
    {
        int depth = _depth - 1;
        while (depth >= 0)
        {
            NodePage parent = _tree.Page(_pages[depth]);
            if (_positions[depth] < parent.Count)
            {
                _positions[depth]++;
                return DescendLeft(parent.Child((int)_positions[depth]), depth + 1);
            }
            depth--;
        }
        _depth = -1;
        return false;
    }

    private bool DescendLeft(uint id, int depth)
    {
        for (; depth < Path.Length; depth++)
        {
            NodePage page = _tree.Page(id);
            _pages[depth] = id;
            if (page.IsLeaf)
            {
                _depth = depth;
                _leaf = page;
                _index = 0;
                return page.Count > 0 || MoveToNextLeaf();
            }
            _positions[depth] = 0;
            id = page.FirstChild;
        }
        throw new InvariantViolationException($"The tree is deeper than {Path.Length} pages.");
    }

    /// <summary>One number for each level.</summary>
    [InlineArray(Length)]
    private struct Path
    {
        public const int Length = BPlusTree.MaxDepth;
        private uint _first;
    }
}
