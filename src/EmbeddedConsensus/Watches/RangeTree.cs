namespace EmbeddedConsensus.Watches;

/// <summary>
/// The watchers of ranges, in an array sorted by range start and read as a balanced tree: each node also holds the
/// largest end below it, so a search prunes subtrees that end before the key. Rebuilt by the first search after a
/// change: watches start and end far less often than keys change.
/// </summary>
internal sealed class RangeTree
{
    private readonly List<Watcher> _watchers = [];
    private Node[] _nodes = [];
    private bool _isStale;

    /// <summary>Adds a watcher.</summary>
    public void Add(Watcher watcher)
    {
        _watchers.Add(watcher);
        _isStale = true;
    }

    /// <summary>Removes a watcher, if it is there.</summary>
    public void Remove(Watcher watcher) => _isStale |= _watchers.Remove(watcher);

    /// <summary>Adds the watchers whose range contains a key to a list.</summary>
    public void Find(ReadOnlySpan<byte> key, List<Watcher> matches)
    {
        if (_isStale)
        {
            Build();
        }

        Find(0, _nodes.Length, key, matches);
    }

    private void Find(int first, int end, ReadOnlySpan<byte> key, List<Watcher> matches)
    {
        if (first >= end)
        {
            return;
        }

        int middle = (first + end) / 2;
        ref readonly Node node = ref _nodes[middle];
        if (!node.IsUnboundedBelow && node.LargestEndBelow.Span.SequenceCompareTo(key) <= 0)
        {
            return;
        }

        Find(first, middle, key, matches);
        if (node.Watcher.Range.Contains(key))
        {
            matches.Add(node.Watcher);
        }

        // Every range to the right starts at or after this node's start.
        if (node.Watcher.Range.Start.Span.SequenceCompareTo(key) <= 0)
        {
            Find(middle + 1, end, key, matches);
        }
    }

    private void Build()
    {
        _nodes =
        [
            .. _watchers.OrderBy(watcher => watcher.Range.Start).Select(watcher => new Node { Watcher = watcher }),
        ];
        Summarise(0, _nodes.Length);
        _isStale = false;
    }

    private void Summarise(int first, int end)
    {
        if (first >= end)
        {
            return;
        }

        int middle = (first + end) / 2;
        Summarise(first, middle);
        Summarise(middle + 1, end);
        ref Node node = ref _nodes[middle];
        node.IsUnboundedBelow = node.Watcher.Range.IsUnbounded;
        node.LargestEndBelow = node.Watcher.Range.End;
        Include(ref node, first, middle);
        Include(ref node, middle + 1, end);
    }

    private void Include(ref Node node, int first, int end)
    {
        if (first >= end)
        {
            return;
        }

        ref readonly Node child = ref _nodes[(first + end) / 2];
        node.IsUnboundedBelow |= child.IsUnboundedBelow;
        if (child.LargestEndBelow > node.LargestEndBelow)
        {
            node.LargestEndBelow = child.LargestEndBelow;
        }
    }

    private struct Node
    {
        public Watcher Watcher;
        public Key LargestEndBelow;
        public bool IsUnboundedBelow;
    }
}
