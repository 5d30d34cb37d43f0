namespace EmbeddedConsensus.Mvcc;

/// <summary>Reads of one state of the store. A view of a <see cref="PinnedView"/> may be used on any thread until that
/// is disposed; the <see cref="MvccStore.WriterView"/> is the writer's own and follows its writes.</summary>
internal readonly struct MvccView
{
    private readonly MvccStore _store;
    private readonly MvccRoot _root;

    /// <summary>A view of a root that cannot be reclaimed while it is in use.</summary>
    public MvccView(MvccStore store, MvccRoot root)
    {
        _store = store;
        _root = root;
    }

    /// <summary>The revision of this state: the newest that can be read.</summary>
    public long Revision => _root.Revision;

    /// <summary>The oldest revision that can be read; 0 when nothing was compacted.</summary>
    public long CompactRevision => _root.CompactRevision;

    /// <summary>Finds a key's version at a revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="atRevision">0 for the newest, otherwise from <see cref="CompactRevision"/> to
    /// <see cref="Revision"/>.</param>
    /// <param name="record">The version, when the key exists there.</param>
    /// <returns>Whether the key exists at that revision.</returns>
    /// <exception cref="InvariantViolationException">The revision is compacted or in the future; the caller
    /// checks.</exception>
    public bool TryGet(ReadOnlySpan<byte> key, long atRevision, out MvccRecord record)
    {
        long revision = Resolve(atRevision);
        TreeCursor cursor = new(_store.Tree, _root.TreeRoot);
        cursor.Seek(key);
        int index = cursor.Leaf.LowerBound(key, out bool found);
        record = default;
        return found && TryFind(cursor.Leaf.Node(index), revision, int.MaxValue, out record);
    }

    /// <summary>The keys of a range that exist at a revision, ascending, in their version at that revision.</summary>
    /// <param name="key">The key, or the start of the range.</param>
    /// <param name="rangeEnd">The range end in etcd's convention; see <see cref="KeySpanRange"/>.</param>
    /// <param name="atRevision">As for <see cref="TryGet"/>.</param>
    /// <exception cref="ArgumentException">A single key is empty.</exception>
    /// <exception cref="InvariantViolationException">The revision is compacted or in the future; the caller
    /// checks.</exception>
    public MvccRangeCursor Range(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision)
        => new(new VisibleCursor(_store, _root.TreeRoot, Resolve(atRevision)), new KeySpanRange(key, rangeEnd));

    /// <summary>A cursor over keys in their version at a revision, for a caller that keeps it.</summary>
    /// <param name="atRevision">As for <see cref="TryGet"/>.</param>
    /// <exception cref="InvariantViolationException">The revision is compacted or in the future; the caller
    /// checks.</exception>
    public VisibleCursor Cursor(long atRevision) => new(_store, _root.TreeRoot, Resolve(atRevision));

    /// <summary>How many keys of a range exist at a revision. For the newest one that takes two descents; for an older
    /// one, every key of the range is looked at.</summary>
    /// <inheritdoc cref="Range" path="/param"/>
    /// <inheritdoc cref="Range" path="/exception"/>
    public long Count(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision)
    {
        KeySpanRange range = new(key, rangeEnd);
        long revision = Resolve(atRevision);
        if (revision == Revision && !range.IsSingle)
        {
            long end = range.IsUnbounded ? _root.Keys : TreeCounter.CountBefore(_store, _root, range.End);
            return Math.Max(0, end - TreeCounter.CountBefore(_store, _root, range.Start));
        }
        VisibleCursor cursor = new(_store, _root.TreeRoot, revision);
        long count = 0;
        while (cursor.MoveNext(range))
        {
            count++;
        }
        return count;
    }

    /// <summary>Every change from a revision to <see cref="Revision"/>, deletions too, in the order they were
    /// made.</summary>
    /// <param name="fromRevision">From <see cref="CompactRevision"/> on; one in the future has no events.</param>
    /// <param name="fromSub">The first change of that revision to return, from 0.</param>
    /// <exception cref="InvariantViolationException">The revision is compacted; the caller checks.</exception>
    public MvccEventCursor Events(long fromRevision, int fromSub = 0)
    {
        if (fromRevision < CompactRevision)
        {
            throw new InvariantViolationException($"Events from {fromRevision} are compacted up to {CompactRevision}.");
        }
        return new MvccEventCursor(_root.Index, fromRevision, fromSub);
    }

    /// <summary>The versions of a key that a stretch of the history made, deletions too, newest first. Takes time in
    /// proportion to them, not to the history.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fromRevision">The first revision, from <see cref="CompactRevision"/> on.</param>
    /// <param name="toRevision">The last revision, up to <see cref="Revision"/>.</param>
    /// <param name="max">The most versions to collect.</param>
    /// <param name="versions">Receives the versions; empty.</param>
    /// <returns>False when there are more than <paramref name="max"/>: the newest of them were collected.</returns>
    public bool TryGetVersions(
        ReadOnlySpan<byte> key, long fromRevision, long toRevision, int max, List<RecordHandle> versions)
    {
        TreeCursor cursor = new(_store.Tree, _root.TreeRoot);
        cursor.Seek(key);
        int index = cursor.Leaf.LowerBound(key, out bool found);
        if (!found)
        {
            return true;
        }
        using (_store.Grace.Enter())
        {
            RecordHandle version = VersionChain.Find(cursor.Leaf.Node(index), toRevision);
            for (; !version.IsNull && version.Memory.ModRevision >= fromRevision; version = version.Memory.Older(0))
            {
                if (versions.Count == max)
                {
                    return false;
                }
                versions.Add(version);
            }
        }
        return true;
    }

    /// <summary>The version that a change replaced, which a watch reports as the previous value.</summary>
    /// <param name="change">The change, of this store.</param>
    /// <param name="previous">The version before it.</param>
    /// <returns>False when the key did not exist before, or the change is at or below the compact revision, so that the
    /// version before it is compacted.</returns>
    public bool TryGetPrevious(in MvccRecord change, out MvccRecord previous)
    {
        // Whether it was reclaimed already must not be visible: members reclaim at their own pace.
        // The change may be a copy that was moved since, so its own link is not followed.
        previous = default;
        return change.ModRevision > CompactRevision
            && TryFind(change.Memory.Key, change.ModRevision, change.SubRevision - 1, out previous);
    }

    /// <summary>A CRC-32C over all history that is readable up to a revision: equal on every member with the same
    /// revisions, whatever each has reclaimed so far. Reads everything.</summary>
    /// <param name="atRevision">As for <see cref="TryGet"/>.</param>
    /// <exception cref="InvariantViolationException">The revision is compacted or in the future; the caller
    /// checks.</exception>
    public uint Hash(long atRevision)
    {
        RetainedCursor cursor = new(_store, _root.TreeRoot, CompactRevision, Resolve(atRevision));
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
    public RetainedCursor Retained() => new(_store, _root.TreeRoot, CompactRevision, Revision);

    // What is found is kept by the view; what the search passes is kept by the section.
    private bool TryFind(KeyNode key, long main, int sub, out MvccRecord record)
    {
        RecordHandle version;
        using (_store.Grace.Enter())
        {
            version = VersionChain.Find(key, main, sub);
        }
        bool exists = !version.IsNull && !version.IsTombstone;
        record = exists ? new MvccRecord(version) : default;
        return exists;
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
