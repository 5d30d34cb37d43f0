namespace EmbeddedConsensus.Mvcc;

/// <summary>Compaction: logical at once, physical in pieces.</summary>
internal sealed partial class MvccStore
{
    private const int MaxFreedPerPublish = 16 * 1024;

    // The index before this position was followed already; entries at the compact revision itself stay in the index.
    private long _reclaimedTo;

    /// <summary>Refuses reads below a revision from now on, and lets <see cref="Reclaim"/> take out what only they
    /// could see. Changes at exactly that revision can still be read and watched, deletions too.</summary>
    /// <param name="revision">From above the last compaction to the current revision.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public void Compact(long revision)
    {
        RequireNoTransaction();
        if (revision <= CompactRevision || revision > CurrentRevision)
        {
            throw new ArgumentOutOfRangeException(
                nameof(revision), revision, $"Must be above {CompactRevision} and at most {CurrentRevision}.");
        }
        CompactRevision = revision;
        _reclaimedTo = _index.Head;
        _unpublished = true;
        RefreshWorkingRoot();
    }

    /// <summary>Does a slice of the physical work: removes superseded versions from the tree, gathers the records of
    /// sparse segments, and frees memory that no reader holds any more. What it removes is freed after the next
    /// <see cref="Publish"/>.</summary>
    /// <param name="maxRecords">The most changes to follow and records to move, and the most items to free.</param>
    /// <returns>True while there is more to do at once.</returns>
    public bool Reclaim(int maxRecords)
    {
        RequireNoTransaction();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRecords);
        bool freeable = FreeRetired(maxRecords);
        int followed = 0;
        while (followed < maxRecords && FollowNextChange())
        {
            followed++;
        }
        while (followed < maxRecords && _records.TryTakeSparse(out RecordHandle record))
        {
            MoveRecord(record);
            followed++;
        }
        RefreshWorkingRoot();
        return freeable || followed == maxRecords;
    }

    /// <summary>Takes out what the next change up to the compact revision superseded; false when there is
    /// none.</summary>
    private bool FollowNextChange()
    {
        long position = Math.Max(_reclaimedTo, _index.Head);
        if (position == _index.Tail)
        {
            return false;
        }
        _index.Bounds.Read(position, out long main, out RecordHandle handle);
        if (main > CompactRevision)
        {
            return false;
        }
        MvccRecord change = new(handle);
        RemoveOlderVersions(change);
        if (main < CompactRevision)
        {
            if (change.IsTombstone)
            {
                RemoveVersion(new TreeKey(change.Key, main, change.SubRevision), handle);
            }
            _index.DropFirst();
        }
        _reclaimedTo = position + 1;
        _unpublished = true;
        return true;
    }

    // Versions at exactly the compact revision stay for watches that start there; the next compaction takes them.
    // There is seldom more than one to remove: each change took out what it superseded when it was followed.
    private void RemoveOlderVersions(MvccRecord change)
    {
        bool more = true;
        while (more)
        {
            TreeCursor cursor = new(_tree, _tree.Root);
            if (!cursor.Seek(new TreeKey(change.Key, change.ModRevision, change.SubRevision))
                || !cursor.HasKey(change.Key) || cursor.Main != change.ModRevision)
            {
                throw new InvariantViolationException(
                    $"Revision {change.ModRevision}.{change.SubRevision} is in the revision index, not in the tree.");
            }
            do
            {
                if (!cursor.MoveNext() || !cursor.HasKey(change.Key))
                {
                    return;
                }
            }
            while (cursor.Main >= CompactRevision);
            TreeKey place = new(change.Key, cursor.Main, cursor.Sub);
            RecordHandle older = cursor.Record;
            more = cursor.MoveNext() && cursor.HasKey(change.Key);
            RemoveVersion(place, older);
        }
    }

    private void RemoveVersion(in TreeKey place, RecordHandle record)
    {
        _tree.Delete(place);
        _retired.Add(RetireQueue.Kind.Record, record.Bits);
    }

    // Empties sparse segments of the record heap, so that the space of deleted records can serve records of any size.
    private void MoveRecord(RecordHandle old)
    {
        MvccRecord record = new(old);
        TreeKey place = new(record.Key, record.ModRevision, record.SubRevision);
        TreeCursor cursor = new(_tree, _tree.Root);
        if (!cursor.Seek(place) || cursor.Record != old)
        {
            // Retired already: it waits for readers only.
            return;
        }
        RecordHandle copy = _records.Copy(record);
        if (!_tree.TryReplace(place, old, copy))
        {
            throw new InvariantViolationException("A record moved under the writer's hands.");
        }
        _index.Replace(record.ModRevision, record.SubRevision, old, copy);
        _retired.Add(RetireQueue.Kind.Record, old.Bits);
        _unpublished = true;
    }

    /// <summary>Frees retired items that no pinned root reaches; true when the bound stopped it.</summary>
    private bool FreeRetired(int maxItems)
    {
        int freed = 0;
        long end = _epochs.ReclaimableEnd(_retired.Head);
        while (end > _retired.Head)
        {
            if (freed++ == maxItems)
            {
                return true;
            }
            FreeOldestRetired();
            if (end == _retired.Head)
            {
                end = _epochs.ReclaimableEnd(end);
            }
        }
        return false;
    }

    private void FreeOldestRetired()
    {
        switch (_retired.Take(out ulong payload))
        {
            case RetireQueue.Kind.Page:
                _tree.Page((uint)payload).Erase();
                _pages.Free((uint)payload);
                break;
            case RetireQueue.Kind.Record:
                _records.Free(new RecordHandle(payload));
                break;
            case RetireQueue.Kind.IndexChunk:
                _index.FreeChunk(payload);
                break;
            default:
                throw new InvariantViolationException("An unknown kind of item was retired.");
        }
    }
}
