namespace EmbeddedConsensus.Watches;

/// <summary>
/// The groups that watch ranges, as an interval tree: a treap sorted by range start and end, in which each node also
/// holds the largest end below it, so that a search prunes subtrees that end before the key. Adding and removing a
/// range take O(log n) steps, a search O(log n + found).
/// </summary>
internal sealed class RangeTree
{
    private Node? _root;
    private ulong _seed;

    /// <summary>The first group of a range; null when the range is not in the tree.</summary>
    public WatchGroup? Get(KeyRange range)
    {
        Node? node = _root;
        while (node is not null)
        {
            int order = Compare(range, node.Range);
            if (order == 0)
            {
                return node.First;
            }

            node = order < 0 ? node.Left : node.Right;
        }

        return null;
    }

    /// <summary>Sets the first group of a range; null removes the range.</summary>
    public void Set(KeyRange range, WatchGroup? first)
    {
        if (first is null)
        {
            _root = Remove(_root, range);
        }
        else if (!TryReplace(range, first))
        {
            _root = Insert(_root, new Node(range, first, NextPriority()));
        }
    }

    /// <summary>Adds the groups whose range contains a key to a list.</summary>
    public void Find(ReadOnlySpan<byte> key, List<WatchGroup> matches) => Find(_root, key, matches);

    private static void Find(Node? node, ReadOnlySpan<byte> key, List<WatchGroup> matches)
    {
        while (node is not null && node.ReachesBeyond(key))
        {
            Find(node.Left, key, matches);
            if (node.Range.Contains(key))
            {
                WatcherIndex.AddChain(node.First, matches);
            }

            // Every range to the right starts at or after this node's start.
            node = node.Range.Start.Span.SequenceCompareTo(key) <= 0 ? node.Right : null;
        }
    }

    private bool TryReplace(KeyRange range, WatchGroup first)
    {
        for (Node? node = _root; node is not null;)
        {
            int order = Compare(range, node.Range);
            if (order == 0)
            {
                node.First = first;
                return true;
            }

            node = order < 0 ? node.Left : node.Right;
        }

        return false;
    }

    private static Node Insert(Node? into, Node added)
    {
        if (into is null)
        {
            return added;
        }

        if (added.Priority > into.Priority)
        {
            (added.Left, added.Right) = Split(into, added.Range);
            added.Summarize();
            return added;
        }

        if (Compare(added.Range, into.Range) < 0)
        {
            into.Left = Insert(into.Left, added);
        }
        else
        {
            into.Right = Insert(into.Right, added);
        }

        into.Summarize();
        return into;
    }

    private static Node? Remove(Node? from, KeyRange range)
    {
        if (from is null)
        {
            return null;
        }

        int order = Compare(range, from.Range);
        if (order == 0)
        {
            return Merge(from.Left, from.Right);
        }

        if (order < 0)
        {
            from.Left = Remove(from.Left, range);
        }
        else
        {
            from.Right = Remove(from.Right, range);
        }

        from.Summarize();
        return from;
    }

    private static (Node? Before, Node? After) Split(Node? node, KeyRange range)
    {
        if (node is null)
        {
            return (null, null);
        }

        Node? rest;
        if (Compare(node.Range, range) < 0)
        {
            (node.Right, rest) = Split(node.Right, range);
            node.Summarize();
            return (node, rest);
        }

        (rest, node.Left) = Split(node.Left, range);
        node.Summarize();
        return (rest, node);
    }

    private static Node? Merge(Node? before, Node? after)
    {
        if (before is null || after is null)
        {
            return before ?? after;
        }

        Node top = before.Priority > after.Priority ? before : after;
        if (top == before)
        {
            before.Right = Merge(before.Right, after);
        }
        else
        {
            after.Left = Merge(before, after.Left);
        }

        top.Summarize();
        return top;
    }

    private static int Compare(KeyRange one, KeyRange other)
    {
        int starts = one.Start.CompareTo(other.Start);
        return starts != 0 ? starts : one.End.CompareTo(other.End);
    }

    // SplitMix64 of a counter: no keys that an app chooses can unbalance the tree.
    private ulong NextPriority()
    {
        ulong mixed = _seed += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    private sealed class Node
    {
        private Key _largestEndBelow;
        private bool _isUnboundedBelow;

        public Node(KeyRange range, WatchGroup first, ulong priority)
        {
            Range = range;
            First = first;
            Priority = priority;
            Summarize();
        }

        public KeyRange Range { get; }

        public ulong Priority { get; }

        public WatchGroup First { get; set; }

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        /// <summary>Whether a range at or below this node may end after a key.</summary>
        public bool ReachesBeyond(ReadOnlySpan<byte> key) =>
            _isUnboundedBelow || _largestEndBelow.Span.SequenceCompareTo(key) > 0;

        /// <summary>Takes over what the children hold.</summary>
        public void Summarize()
        {
            _isUnboundedBelow = Range.IsUnbounded;
            _largestEndBelow = Range.End;
            Include(Left);
            Include(Right);
        }

        private void Include(Node? child)
        {
            if (child is null)
            {
                return;
            }

            _isUnboundedBelow |= child._isUnboundedBelow;
            if (child._largestEndBelow > _largestEndBelow)
            {
                _largestEndBelow = child._largestEndBelow;
            }
        }
    }
}
