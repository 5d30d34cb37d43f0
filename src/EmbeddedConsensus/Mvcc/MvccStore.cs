namespace EmbeddedConsensus.Mvcc;

/// <summary>The multi-version store: every revision since the last compaction can be read, by any number of threads,
/// beside one writer. All data is in native memory that the garbage collector does not see.</summary>
/// <remarks>
/// <para>The writer applies a batch of transactions and calls <see cref="Publish"/>, one volatile write of a root. A
/// reader pins a root (<see cref="OpenSnapshot"/>) and reads a store that never changes. What the writer replaces goes
/// to a queue and is reused when the roots that reach it are neither current nor pinned; so a snapshot that is held
/// for long holds up reuse, but never the writer.</para>
/// <para>Compaction is logical at once: reads below the compact revision are refused. <see cref="Reclaim"/> then
/// follows the revision index up to it, taking out what each change superseded, in pieces.</para>
/// </remarks>
internal sealed partial class MvccStore : IDisposable
{
    private const int FirstRevision = 1;

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

    /// <summary>Checks the structure of the writer's tree and the counts kept beside it. Reads everything.</summary>
    /// <exception cref="InvariantViolationException">Something does not agree.</exception>
    public void Validate()
    {
        ThrowIfDisposed();
        long cells = _tree.Validate(_tree.Root);
        long keys = WriterView.Count([0], [0], 0);
        if (cells != _tree.Count || keys != _keys)
        {
            throw new InvariantViolationException(
                $"The tree has {cells} cells and {keys} keys, not {_tree.Count} and {_keys}.");
        }
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

    private void RequireNoTransaction()
    {
        ThrowIfDisposed();
        if (_inTransaction)
        {
            throw new InvariantViolationException("A transaction is open.");
        }
    }
}
