namespace EmbeddedConsensus.Mvcc;

/// <summary>The published root, and the superseded ones that a view may still hold. The writer publishes and asks how
/// far reclamation may proceed; any thread pins. There are no locks: a reader counts itself on the root and then checks
/// that it is still current, the writer replaces the root and then reads the counts, each with a full fence between
/// the two steps.</summary>
internal sealed class EpochTable
{
    private const int MaxPooledRoots = 16;
    private const int SweptPerPublish = 4;
    private readonly Stack<MvccRoot> _pool = new(MaxPooledRoots);
    private MvccRoot? _current;
    private int _closed;

    // Superseded roots that may be pinned: a linked list, oldest first.
    private MvccRoot? _oldest;
    private MvccRoot? _newest;
    private MvccRoot? _sweep;

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
    /// <param name="root">The new root.</param>
    /// <param name="retireEnd">The end of the items retired while it was built.</param>
    public void Publish(MvccRoot root, long retireEnd)
    {
        MvccRoot? old = Interlocked.Exchange(ref _current, root);
        if (old is not null)
        {
            old.RetireEnd = retireEnd;
            Append(old);
        }
        Sweep();
    }

    /// <summary>The position up to which retired items may be freed: the end of what the oldest pinned superseded root
    /// can reach.</summary>
    /// <param name="freed">The position up to which items were freed; roots whose items are all freed are
    /// pooled.</param>
    public long ReclaimableEnd(long freed)
    {
        while (_oldest is { } oldest && oldest.Pins == 0)
        {
            if (oldest.RetireEnd > freed)
            {
                return oldest.RetireEnd;
            }
            Remove(oldest);
        }
        return freed;
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

    // An unpinned root after a pinned one delays nothing: its items wait only for the one before it. Looking at a few
    // per call keeps the list about as long as the number of pinned roots, however long a view is held.
    private void Sweep()
    {
        for (int i = 0; i < SweptPerPublish; i++)
        {
            MvccRoot? root = _sweep ?? _newest;
            if (root?.Older is not { } older)
            {
                _sweep = null;
                return;
            }
            if (root.Pins == 0)
            {
                older.RetireEnd = root.RetireEnd;
                Remove(root);
            }
            _sweep = older;
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
        if (ReferenceEquals(_sweep, root))
        {
            _sweep = root.Older;
        }
        root.Older = null;
        root.Newer = null;
        if (_pool.Count < MaxPooledRoots)
        {
            _pool.Push(root);
        }
    }
}
