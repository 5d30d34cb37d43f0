namespace EmbeddedConsensus.Mvcc;

/// <summary>Writing: one transaction at a time, on the writer's thread.</summary>
internal sealed partial class MvccStore
{
    private bool _inTransaction;
    private long _transactionRevision;
    private int _nextSub;

    /// <summary>Reads that see the writes of the open transaction. For the writer's thread; an enumeration ends with
    /// the next write.</summary>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    public MvccView WriterView
    {
        get
        {
            ThrowIfDisposed();
            return new MvccView(this, _working);
        }
    }

    /// <summary>Opens a transaction at the revision after the current one.</summary>
    /// <exception cref="InvariantViolationException">One is open already.</exception>
    public void BeginTxn()
    {
        RequireNoTransaction();
        _inTransaction = true;
        _transactionRevision = CurrentRevision + 1;
        _nextSub = 0;
    }

    /// <summary>Writes a version of a key.</summary>
    /// <param name="key">The key, not empty.</param>
    /// <param name="value">The value.</param>
    /// <param name="lease">The lease to attach, or 0.</param>
    /// <returns>The main revision of the transaction.</returns>
    /// <exception cref="ArgumentException">The key is empty, or key and value are above
    /// <see cref="MvccOptions.MaxRecordBytes"/>.</exception>
    public long Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long lease)
    {
        RequireTransaction();
        RequireSizes(key, value);
        KeyNode node = _tree.Locate(key);
        RecordHandle older = node.IsNull ? default : node.Newest;
        bool exists = !older.IsNull && !older.IsTombstone;
        KeyNode target = node.IsNull ? _records.AddKey(key, _transactionRevision) : node;
        RecordHandle record = _records.Add(
            new RecordFields
            {
                CreateRevision = exists ? older.Memory.CreateRevision : _transactionRevision,
                ModRevision = _transactionRevision,
                Version = exists ? older.Memory.Version + 1 : 1,
                Lease = lease,
                SubRevision = _nextSub,
            },
            target, value);
        VersionChain.Push(target, record);
        if (node.IsNull)
        {
            _tree.InsertLocated(target, exists: true);
        }
        else if (!exists)
        {
            _tree.AddToKeys(1);
        }
        CompleteWrite(record);
        return _transactionRevision;
    }

    /// <summary>Deletes the keys of a range that exist: a tombstone for each.</summary>
    /// <param name="key">The key, or the start of the range.</param>
    /// <param name="rangeEnd">The range end in etcd's convention; see <see cref="KeySpanRange"/>.</param>
    /// <returns>How many keys were deleted.</returns>
    /// <exception cref="ArgumentException">A single key is empty.</exception>
    public long Delete(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd)
    {
        RequireTransaction();
        KeySpanRange range = new(key, rangeEnd);
        long deleted = 0;
        // A deletion changes no leaf, so the cursor's root stays good: the pages above are copied, and freed later.
        VisibleCursor cursor = new(this, _tree.Root, long.MaxValue);
        while (cursor.MoveNext(range))
        {
            AddTombstone(cursor.Record.Memory.Key);
            deleted++;
        }
        return deleted;
    }

    /// <summary>Ends the transaction.</summary>
    /// <returns>True when it changed something: then <see cref="CurrentRevision"/> has moved on.</returns>
    /// <exception cref="InvariantViolationException">None is open.</exception>
    public bool EndTxn()
    {
        RequireTransaction();
        _inTransaction = false;
        if (_nextSub == 0)
        {
            return false;
        }
        CurrentRevision = _transactionRevision;
        RefreshWorkingRoot();
        return true;
    }

    private void AddTombstone(KeyNode node)
    {
        if (_tree.Locate(node.Key).IsNull)
        {
            throw new InvariantViolationException("A key that exists is not in the tree.");
        }
        RecordHandle record = _records.Add(
            new RecordFields { ModRevision = _transactionRevision, SubRevision = _nextSub, IsTombstone = true },
            node, default);
        VersionChain.Push(node, record);
        _tree.AddToKeys(-1);
        CompleteWrite(record);
    }

    private void CompleteWrite(RecordHandle record)
    {
        _index.Append(_transactionRevision, record);
        _versions++;
        _nextSub = checked(_nextSub + 1);
        _unpublished = true;
        RefreshWorkingRoot();
    }

    private void RequireSizes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentException("The key is empty.", nameof(key));
        }
        if ((long)key.Length + value.Length > _options.MaxRecordBytes)
        {
            throw new ArgumentException(
                $"Key and value are {(long)key.Length + value.Length} bytes, above the limit of "
                + $"{_options.MaxRecordBytes}; store large data elsewhere and a reference here.", nameof(value));
        }
    }

    private void RequireTransaction()
    {
        ThrowIfDisposed();
        if (!_inTransaction)
        {
            throw new InvariantViolationException("No transaction is open.");
        }
    }
}
