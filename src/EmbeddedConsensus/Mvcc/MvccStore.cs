namespace EmbeddedConsensus.Mvcc;

/// <summary>The multi-version store: every revision since the last compaction can be read, by any number of threads,
/// beside one writer. All data is in native memory that the garbage collector does not see.</summary>
/// <remarks>
/// <para>The writer applies a batch of transactions and calls <see cref="Publish"/>, one volatile write of a root. A
/// reader pins a root (<see cref="OpenView"/>) and reads a store that never changes. What the writer replaces goes
/// to a queue and is reused when the roots that reach it are neither current nor pinned; so a view that is held
/// for long holds up reuse, but never the writer.</para>
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
    private readonly RetireQueue _retired = new();
    private readonly RevisionIndex _index;
    private readonly BPlusTree _tree;
    private readonly EpochTable _epochs = new();

    // What the writer sees; the published roots are copies of it.
    private readonly MvccRoot _working = new();
    private long _keys;
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
        _index = new RevisionIndex(_retired);
        _tree = new BPlusTree(_pages, _records, _retired);
        CurrentRevision = FirstRevision;
        RefreshWorkingRoot();
        PublishWorkingRoot();
    }

    /// <summary>The revision of the last ended transaction; 1 for a new store.</summary>
    public long CurrentRevision { get; private set; }

    /// <summary>The revision of the last compaction; 0 before the first.</summary>
    public long CompactRevision { get; private set; }

    /// <summary>Sizes. For the writer's thread.</summary>
    public MvccStatistics Statistics => new()
    {
        Keys = _keys,
        Records = _tree.Count,
        AllocatedBytes = _pages.AllocatedBytes + _records.AllocatedBytes + _index.AllocatedBytes
            + _retired.AllocatedBytes,
        UsedBytes = _pages.UsedUnits * _pages.UnitBytes + _records.UsedBytes + _index.AllocatedBytes,
        UsedPages = _pages.UsedUnits,
        Slabs = _pages.SlabCount + _records.SlabCount,
        RetiredItems = _retired.Tail - _retired.Head,
        PinnedReaders = _epochs.PinnedReaders,
    };

    /// <summary>The tree, for readers of a root.</summary>
    internal BPlusTree Tree => _tree;

    /// <summary>Makes every ended transaction and compaction visible to readers, with one volatile write.</summary>
    /// <exception cref="InvariantViolationException">A transaction is open.</exception>
    public void Publish()
    {
        RequireNoTransaction();
        if (_unpublished)
        {
            PublishWorkingRoot();
        }
        // As much again as a batch of ordinary size retires; the rest of a flood is left to Reclaim.
        FreeRetired(MaxFreedPerPublish);
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
        long cells = TreeValidator.Validate(_tree, _tree.Root);
        long keys = WriterView.Count([0], [0], 0);
        if (cells != _tree.Count || keys != _keys)
        {
            throw new InvariantViolationException(
                $"The tree has {cells} cells and {keys} keys, not {_tree.Count} and {_keys}.");
        }
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

    /// <summary>Adds a version; they come in the tree's order.</summary>
    internal RecordHandle LoadVersion(in RecordFields fields, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        RequireNoTransaction();
        RecordHandle record = _records.Add(fields, key, value);
        _tree.AppendLast(new TreeKey(key, fields.ModRevision, fields.SubRevision), record);
        return record;
    }

    /// <summary>Ends loading: sets the revisions and the order of changes, and publishes.</summary>
    internal void CompleteLoad(long revision, long compactRevision, long keys, ReadOnlySpan<LoadedChange> changes)
    {
        RequireNoTransaction();
        foreach (ref readonly LoadedChange change in changes)
        {
            _index.Append(change.Main, change.Record);
        }
        CurrentRevision = revision;
        CompactRevision = compactRevision;
        _keys = keys;
        RefreshWorkingRoot();
        PublishWorkingRoot();
    }

    private void RefreshWorkingRoot()
    {
        _working.TreeRoot = _tree.Root;
        _working.Revision = _inTransaction && _nextSub > 0 ? _transactionRevision : CurrentRevision;
        _working.CompactRevision = CompactRevision;
        _working.Index = _index.Bounds;
    }

    private void PublishWorkingRoot()
    {
        MvccRoot root = _epochs.Rent();
        root.TreeRoot = _working.TreeRoot;
        root.Revision = _working.Revision;
        root.CompactRevision = _working.CompactRevision;
        root.Index = _working.Index;
        _tree.Seal();
        _epochs.Publish(root, _retired.Tail);
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
        while (_retired.Head < _retired.Tail)
        {
            FreeOldestRetired();
        }
        _retired.Release();
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
