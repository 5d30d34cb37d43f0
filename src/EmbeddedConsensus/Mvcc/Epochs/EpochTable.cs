namespace EmbeddedConsensus.Mvcc;

/// <summary>The published root, and those before it that a view may hold. The writer publishes and asks how far
/// reclamation may go; any thread pins. No locks: a reader counts itself on the root and then checks that it is still
/// the current one, the writer replaces the root and then looks at the counts, each with a full fence in
/// between.</summary>
internal sealed class EpochTable
{
    private const int MaxPooledRoots = 16;
    private const int SweptPerPublish = 4;
    private readonly Stack<MvccRoot> _pool = new(MaxPooledRoots);
    private MvccRoot? _current;
    private int _closed;

    // Superseded roots that may be pinned, a linked list from the oldest to the newest.
    private MvccRoot? _oldest;
    private MvccRoot? _newest;
    private MvccRoot? _sweep;

    /// <summary>True while a root is published.</summary>
    public bool IsOpen => Volatile.Read(ref _current) is not null;

    /// <summary>True when no root will be published or pinned any more and the list of superseded ones is
    /// final.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Views open at this moment. For the writer, or for any thread after <see cref="Close"/>.</summary>
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

    /// <summary>Up to which position retired items may be freed: up to the oldest superseded root that is
    /// pinned.</summary>
    /// <param name="freed">Where freeing stands; roots whose items are all freed are pooled.</param>
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

    /// <summary>Ends publishing: no root can be pinned any more.</summary>
    public void Close()
    {
        MvccRoot? old = Interlocked.Exchange(ref _current, null);
        if (old is not null)
        {
            Append(old);
            // A full fence: a thread that gives up the last pin must see this, or its count must be seen after this.
            Interlocked.Exchange(ref _closed, 1);
        }
    }

    // An unpinned root after a pinned one holds up nothing: its items wait only for the root before it. Looking at a
    // few at a time keeps the list about as long as the number of pinned roots, however long a view is held.
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
