namespace EmbeddedConsensus.Mvcc;

/// <summary>The multi-version store: every revision since the last compaction can be read, by any number of threads,
/// beside one writer. All data is in native memory that the garbage collector does not see.</summary>
/// <remarks>
/// <para>The tree has one cell for each key; the cell leads to the key's node, and that to its versions, newest first.
/// Another version of a key is a record and one store in the node. Only a key that comes or goes copies pages, and one
/// that is deleted or created again the inner pages above it, which count keys.</para>
/// <para>The writer applies a batch of transactions and calls <see cref="Publish"/>, one volatile write of a root. A
/// reader pins a root (<see cref="OpenView"/>) and reads a state that never changes: the root's pages do not, and in a
/// key's chain it passes what is newer than its revision. What the writer takes out waits for the views that can reach
/// it (<see cref="EpochTable"/>), then a version is unlinked, and freed when no search is in it
/// (<see cref="GracePeriods"/>). A view that is held for long holds back what it can reach, and never the
/// writer.</para>
/// <para>Compaction is logical at once: reads below the compact revision are refused. <see cref="Reclaim"/> then
/// follows the revision index up to it, taking out what each change superseded, in pieces.</para>
/// </remarks>
internal sealed partial class MvccStore : IDisposable
{
    private const int FirstRevision = 1;
    private const int PooledPins = 64;

    private readonly MvccOptions _options;
    private readonly PageArena _pages;
    private readonly RecordHeap _records;
    private readonly EpochTable _epochs = new();
    private readonly RevisionIndex _index;
    private readonly BPlusTree _tree;
    private readonly ChainLoader _loader = new();

    // What the writer sees; the published roots are copies of it.
    private readonly MvccRoot _working = new();
    private long _versions;
    private bool _unpublished;
    private readonly ViewPin?[] _pinPool = new ViewPin?[PooledPins];
    private int _memoryReleased;

    /// <summary>An empty store at revision 1.</summary>
    public MvccStore(MvccOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _pages = new PageArena(options.PageBytes, options.InitialSlabUnits);
        _records = new RecordHeap(options.SegmentBytes, options.InitialSlabUnits);
        _index = new RevisionIndex(_epochs);
        _tree = new BPlusTree(_pages, _records, _epochs);
        CurrentRevision = FirstRevision;
        RefreshWorkingRoot();
        PublishWorkingRoot();
    }

    /// <summary>The revision of the last ended transaction; 1 for a new store.</summary>
    public long CurrentRevision { get; private set; }

    /// <summary>The revision of the last compaction; 0 before the first.</summary>
    public long CompactRevision { get; private set; }

    /// <summary>True while something waits for views or searches to end, so that <see cref="Reclaim"/> has, or will
    /// have, something to free. For the writer's thread.</summary>
    public bool HasRetired => HeldItems > 0;

    /// <summary>Pages and versions that wait for views or searches to end; about right on any thread.</summary>
    public long HeldItems => _epochs.WaitingItems + _unlinkedCount;

    /// <summary>Sizes. For the writer's thread.</summary>
    public MvccStatistics Statistics => new()
    {
        Keys = _tree.Keys,
        Records = _versions,
        AllocatedBytes = _pages.AllocatedBytes + _records.AllocatedBytes + _index.AllocatedBytes
            + _epochs.AllocatedBytes,
        UsedBytes = _pages.UsedUnits * _pages.UnitBytes + _records.UsedBytes + _index.AllocatedBytes,
        UsedPages = _pages.UsedUnits,
        Slabs = _pages.SlabCount + _records.SlabCount,
        RetiredItems = HeldItems,
        PinnedReaders = _epochs.PinnedReaders,
    };

    /// <summary>The tree, for readers of a root.</summary>
    internal BPlusTree Tree => _tree;

    /// <summary>The sections in which readers search chains.</summary>
    internal GracePeriods Grace { get; } = new();

    /// <summary>Makes every ended transaction and compaction visible to readers, with one volatile write.</summary>
    /// <exception cref="InvariantViolationException">A transaction is open.</exception>
    public void Publish()
    {
        RequireNoTransaction();
        if (_unpublished)
        {
            PublishWorkingRoot();
        }
        // As much as a batch of ordinary size retires; the rest of a flood is left to Reclaim.
        int budget = MaxFreedPerPublish;
        FreeRetired(ref budget);
    }

    /// <summary>Pins the last published state: a few interlocked operations, no allocation when pins are pooled. Any
    /// number may be open; each holds up the reuse of what changed after it.</summary>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    public PinnedView OpenView()
    {
        int stripe = MvccRoot.StripeOfThread;
        MvccRoot? root = _epochs.Pin(stripe);
        if (root is null)
        {
            // A pin that was taken and given back on the closed root may have kept it from being released.
            ReleaseMemoryIfUnused();
            throw new ObjectDisposedException(nameof(MvccStore));
        }
        ViewPin pin = TakePin();
        pin.Hold(root, stripe);
        return new PinnedView(pin);
    }

    /// <summary>Ends the store; for the writer's thread. Open views stay usable; the memory goes back with the
    /// last of them.</summary>
    public void Dispose()
    {
        _epochs.Close();
        ReleaseMemoryIfUnused();
    }

    /// <summary>Checks the structure of the writer's tree and the counts kept beside it. Reads everything.</summary>
    /// <exception cref="InvariantViolationException">Something does not agree.</exception>
    public void Validate()
    {
        ThrowIfDisposed();
        StoreValidator.Validate(_tree, _versions);
    }

    /// <summary>Takes a view's pin off its root.</summary>
    internal void ReleasePin(ViewPin pin, MvccRoot root, int stripe)
    {
        root.Unpin(stripe);
        ReturnPin(pin);
        if (_epochs.IsClosed)
        {
            ReleaseMemoryIfUnused();
        }
    }

    /// <summary>Adds a version; they come by key, newest first.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="newer">The version before it, if it is of the same key; otherwise the null handle.</param>
    internal RecordHandle LoadVersion(
        in RecordFields fields, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHandle newer)
    {
        RequireNoTransaction();
        _versions++;
        KeyNode node = newer.IsNull ? _records.AddKey(key, birth: 0) : newer.Memory.Key;
        RecordHandle record = _records.Add(fields, node, value);
        if (newer.IsNull)
        {
            _loader.Start(node, record);
            _tree.AppendLast(node, !fields.IsTombstone);
        }
        else
        {
            _loader.AddOlder(record);
        }
        return record;
    }

    /// <summary>Ends loading: sets the revisions and the order of changes, and publishes.</summary>
    internal void CompleteLoad(long revision, long compactRevision, ReadOnlySpan<LoadedChange> changes)
    {
        RequireNoTransaction();
        foreach (ref readonly LoadedChange change in changes)
        {
            _index.Append(change.Main, change.Record);
        }
        CurrentRevision = revision;
        CompactRevision = compactRevision;
        RefreshWorkingRoot();
        PublishWorkingRoot();
    }

    private void RefreshWorkingRoot()
    {
        _working.TreeRoot = _tree.Root;
        _working.Revision = _inTransaction && _nextSub > 0 ? _transactionRevision : CurrentRevision;
        _working.CompactRevision = CompactRevision;
        _working.Index = _index.Bounds;
        _working.Keys = _tree.Keys;
    }

    private void PublishWorkingRoot()
    {
        MvccRoot root = _epochs.Rent();
        root.TreeRoot = _working.TreeRoot;
        root.Revision = _working.Revision;
        root.CompactRevision = _working.CompactRevision;
        root.Index = _working.Index;
        root.Keys = _working.Keys;
        root.Sequence = _tree.Seal();
        _epochs.Publish(root);
        _unpublished = false;
    }

    private ViewPin TakePin()
    {
        int start = Environment.CurrentManagedThreadId;
        for (int i = 0; i < PooledPins; i++)
        {
            ref ViewPin? slot = ref _pinPool[(start + i) & (PooledPins - 1)];
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } pin)
            {
                return pin;
            }
        }
        return new ViewPin(this);
    }

    private void ReturnPin(ViewPin pin)
    {
        int start = Environment.CurrentManagedThreadId;
        for (int i = 0; i < PooledPins; i++)
        {
            ref ViewPin? slot = ref _pinPool[(start + i) & (PooledPins - 1)];
            if (slot is null && Interlocked.CompareExchange(ref slot, pin, null) is null)
            {
                return;
            }
        }
    }

    private void ReleaseMemoryIfUnused()
    {
        if (!_epochs.IsClosed || _epochs.PinnedReaders != 0 || Interlocked.Exchange(ref _memoryReleased, 1) != 0)
        {
            return;
        }
        _epochs.Blocks.Release();
        _index.Release();
        _tree.Release();
        _records.Release();
        _pages.Release();
    }

    private void RequireNoTransaction()
    {
        ThrowIfDisposed();
        if (_inTransaction)
        {
            throw new InvariantViolationException("A transaction is open.");
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(!_epochs.IsOpen, this);
}
