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
        TreeKey place = new(key, _transactionRevision, _nextSub);
        _tree.Locate(place, out RecordHandle older);
        bool exists = !older.IsNull && !older.IsTombstone;
        MvccRecord previous = exists ? new MvccRecord(older) : default;
        RecordHandle record = _records.Add(
            new RecordFields
            {
                CreateRevision = exists ? previous.CreateRevision : _transactionRevision,
                ModRevision = _transactionRevision,
                Version = exists ? previous.Version + 1 : 1,
                Lease = lease,
                SubRevision = _nextSub,
            },
            key, value);
        CompleteWrite(place, record);
        _keys += exists ? 0 : 1;
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
        VisibleCursor cursor = new(_tree, _tree.Root, long.MaxValue);
        while (cursor.MoveNext(range))
        {
            // The key in the record stays where it is; the page that the cursor stands on may not.
            ReadOnlySpan<byte> existing = new MvccRecord(cursor.Record).Key;
            AddTombstone(existing);
            deleted++;
            cursor = new VisibleCursor(_tree, _tree.Root, long.MaxValue);
            cursor.StartAfter(existing);
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

    private void AddTombstone(ReadOnlySpan<byte> key)
    {
        TreeKey place = new(key, _transactionRevision, _nextSub);
        _tree.Locate(place, out _);
        RecordHandle record = _records.Add(
            new RecordFields { ModRevision = _transactionRevision, SubRevision = _nextSub, IsTombstone = true },
            key, default);
        CompleteWrite(place, record);
        _keys--;
    }

    private void CompleteWrite(in TreeKey place, RecordHandle record)
    {
        _tree.InsertLocated(place, record);
        _index.Append(_transactionRevision, record);
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
