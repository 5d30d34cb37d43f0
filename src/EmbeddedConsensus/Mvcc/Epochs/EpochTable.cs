namespace EmbeddedConsensus.Mvcc;

/// <summary>The published root, and the superseded ones that a view may still hold, each with what waits for it. The
/// writer publishes, retires, and takes back what no view can reach; any thread pins. There are no locks: a reader
/// counts itself on the root and then checks that it is still current, the writer replaces the root and then reads the
/// counts, each with a full fence between the two steps.</summary>
/// <remarks>A retired item waits for the newest root that reaches it. When that root is given up, the item moves on to
/// the next older root, or is free if it was born after it: so a view that is held for long holds back only what it can
/// reach itself.</remarks>
internal sealed class EpochTable
{
    private const int MaxPooledRoots = 16;
    private readonly Stack<MvccRoot> _pool = new(MaxPooledRoots);
    private MvccRoot? _current;
    private int _closed;

    // Superseded roots that may be pinned: a linked list, oldest first.
    private MvccRoot? _oldest;
    private MvccRoot? _newest;
    private MvccRoot? _sweep;
    private readonly RetiredBlockPool _blocks = new();

    /// <summary>True while a root is published.</summary>
    public bool IsOpen => Volatile.Read(ref _current) is not null;

    /// <summary>True once no root can be published or pinned any more and the list of superseded roots is
    /// final.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Views open now. For the writer, or for any thread after <see cref="Close"/>.</summary>
    public long PinnedReaders
    {
        get
        {
            long pins = Volatile.Read(ref _current)?.Pins ?? 0;
            for (MvccRoot? root = _oldest; root is not null; root = root.Newer)
            {
                pins += root.Pins;
            }
            return pins;
        }
    }

    /// <summary>Items that wait for a root.</summary>
    public long WaitingItems { get; private set; }

    /// <summary>Bytes of the lists of waiting items.</summary>
    public long AllocatedBytes => _blocks.AllocatedBytes;

    /// <summary>The memory of all lists.</summary>
    public RetiredBlockPool Blocks => _blocks;

    /// <summary>Pins the current root; null after <see cref="Close"/>.</summary>
    public MvccRoot? Pin(int stripe)
    {
        while (true)
        {
            MvccRoot? root = Volatile.Read(ref _current);
            if (root is null)
            {
                return null;
            }
            root.Pin(stripe);
            if (ReferenceEquals(Volatile.Read(ref _current), root))
            {
                return root;
            }
            root.Unpin(stripe);
        }
    }

    /// <summary>A root to fill for the next <see cref="Publish"/>.</summary>
    public MvccRoot Rent() => _pool.TryPop(out MvccRoot? root) ? root : new MvccRoot();

    /// <summary>Makes a root the one that readers pin.</summary>
    public void Publish(MvccRoot root)
    {
        MvccRoot? old = Interlocked.Exchange(ref _current, root);
        if (old is not null)
        {
            Append(old);
        }
    }

    /// <summary>Retires an item that the next root will not reach.</summary>
    public void Retire(RetiredKind kind, ulong payload, long birth)
    {
        _current!.Waiting.Add(_blocks, new RetiredItem(kind, payload, birth));
        WaitingItems++;
    }

    /// <summary>Takes an item that no root reaches any more.</summary>
    /// <param name="budget">The most items and roots to look at; counted down.</param>
    /// <param name="item">The item.</param>
    /// <returns>False when the budget is used up, or every root was looked at; the next call starts again.</returns>
    public bool TryTakeUnreachable(ref int budget, out RetiredItem item)
    {
        for (MvccRoot? root = _sweep ?? _newest; root is not null; root = _sweep)
        {
            if (budget <= 0)
            {
                break;
            }
            budget--;
            _sweep = root.Older;
            if (root.Pins == 0)
            {
                if (!root.Waiting.TryTake(_blocks, out item))
                {
                    Remove(root);
                }
                else if (root.Older is { } older && item.IsReachableFrom(older))
                {
                    older.Waiting.Add(_blocks, item);
                    _sweep = root;
                }
                else
                {
                    _sweep = root;
                    WaitingItems--;
                    return true;
                }
            }
        }
        item = default;
        return false;
    }

    /// <summary>Ends publishing and pinning.</summary>
    public void Close()
    {
        MvccRoot? old = Interlocked.Exchange(ref _current, null);
        if (old is not null)
        {
            Append(old);
            // A full fence: a thread that releases the last pin must see this, or its count must be seen after this.
            Interlocked.Exchange(ref _closed, 1);
        }
    }

    private void Append(MvccRoot root)
    {
        root.Older = _newest;
        root.Newer = null;
        if (_newest is not null)
        {
            _newest.Newer = root;
        }
        else
        {
            _oldest = root;
        }
        _newest = root;
    }

    private void Remove(MvccRoot root)
    {
        if (root.Older is not null)
        {
            root.Older.Newer = root.Newer;
        }
        else
        {
            _oldest = root.Newer;
        }
        if (root.Newer is not null)
        {
            root.Newer.Older = root.Older;
        }
        else
        {
            _newest = root.Older;
        }
        root.Older = null;
        root.Newer = null;
        if (_pool.Count < MaxPooledRoots)
        {
            _pool.Push(root);
        }
    }
}
