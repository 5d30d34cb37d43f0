namespace EmbeddedConsensus.Mvcc;

/// <summary>Reads of one state of the store. A view from a <see cref="PinnedView"/> is usable on any thread until that
/// is disposed; the writer's own view follows the writer.</summary>
internal readonly struct MvccView : IMvccReader
{
    private readonly MvccStore _store;
    private readonly MvccRoot _root;

    /// <summary>A view of a root that cannot be reclaimed while it is in use.</summary>
    public MvccView(MvccStore store, MvccRoot root)
    {
        _store = store;
        _root = root;
    }

    /// <inheritdoc />
    public long Revision => _root.Revision;

    /// <inheritdoc />
    public long CompactRevision => _root.CompactRevision;

    /// <inheritdoc />
    public bool TryGet(ReadOnlySpan<byte> key, long atRevision, out MvccRecord record)
    {
        RecordHandle handle = Find(TreeKey.AtRevision(key, Resolve(atRevision)));
        record = handle.IsNull ? default : new MvccRecord(handle);
        return !handle.IsNull;
    }

    /// <inheritdoc />
    public MvccRangeCursor Range(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision)
        => new(new VisibleCursor(_store.Tree, _root.TreeRoot, Resolve(atRevision)), new KeySpanRange(key, rangeEnd));

    /// <inheritdoc />
    public long Count(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision)
    {
        KeySpanRange range = new(key, rangeEnd);
        VisibleCursor cursor = new(_store.Tree, _root.TreeRoot, Resolve(atRevision));
        long count = 0;
        while (cursor.MoveNext(range))
        {
            count++;
        }
        return count;
    }

    /// <inheritdoc />
    public MvccEventCursor Events(long fromRevision)
    {
        if (fromRevision < CompactRevision)
        {
            throw new InvariantViolationException($"Events from {fromRevision} are compacted up to {CompactRevision}.");
        }
        return new MvccEventCursor(_root.Index, fromRevision);
    }

    /// <inheritdoc />
    public bool TryGetPrevious(in MvccRecord change, out MvccRecord previous)
    {
        // Whether it was reclaimed already must not be visible: members reclaim at their own pace.
        if (change.ModRevision <= CompactRevision)
        {
            previous = default;
            return false;
        }
        RecordHandle handle = Find(change.SubRevision > 0
            ? new TreeKey(change.Key, change.ModRevision, change.SubRevision - 1)
            : TreeKey.AtRevision(change.Key, change.ModRevision - 1));
        previous = handle.IsNull ? default : new MvccRecord(handle);
        return !handle.IsNull;
    }

    /// <inheritdoc />
    public uint Hash(long atRevision)
    {
        RetainedCursor cursor = new(_store.Tree, _root.TreeRoot, CompactRevision, Resolve(atRevision));
        uint crc = 0;
        Span<byte> header = stackalloc byte[MvccSnapshotFormat.RecordHeaderBytes];
        while (cursor.MoveNext())
        {
            MvccRecord record = new(cursor.Record);
            MvccSnapshotFormat.WriteRecordHeader(header, record);
            crc = Crc32C.Append(crc, header);
            crc = Crc32C.Append(crc, record.Key);
            crc = Crc32C.Append(crc, record.Value);
        }
        return crc;
    }

    /// <summary>The retained history, for the snapshot encoder.</summary>
    public RetainedCursor Retained() => new(_store.Tree, _root.TreeRoot, CompactRevision, Revision);

    private RecordHandle Find(in TreeKey target)
    {
        TreeCursor cursor = new(_store.Tree, _root.TreeRoot);
        return cursor.Seek(target) && cursor.HasKey(target.Key) && !cursor.Record.IsTombstone ? cursor.Record : default;
    }

    private long Resolve(long atRevision)
    {
        if (atRevision == 0)
        {
            return Revision;
        }
        if (atRevision < CompactRevision || atRevision > Revision)
        {
            throw new InvariantViolationException(
                $"Revision {atRevision} is outside {CompactRevision} to {Revision}, which can be read.");
        }
        return atRevision;
    }
}
