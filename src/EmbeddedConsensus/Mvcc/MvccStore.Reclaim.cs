namespace EmbeddedConsensus.Mvcc;

/// <summary>Compaction: logical at once, physical in pieces.</summary>
internal sealed partial class MvccStore
{
    private const int MaxFreedPerPublish = 1024;
    private const int MaxVersionsOfMovedKey = 64;

    // Versions that no link leads to; those in grace were unlinked before the last grace period began.
    private RetiredList _unlinked;
    private RetiredList _inGrace;
    private long _unlinkedCount;

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

    /// <summary>Does a slice of the physical work: removes superseded versions, moves what is left in sparse segments,
    /// and frees memory that no reader holds any more. What it removes is freed after the next
    /// <see cref="Publish"/>.</summary>
    /// <param name="maxSteps">The most steps: changes followed, records moved, items passed on or freed.</param>
    /// <returns>True while there is more to do at once.</returns>
    public bool Reclaim(int maxSteps)
    {
        RequireNoTransaction();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSteps);
        int freeing = maxSteps;
        FreeRetired(ref freeing);
        int left = maxSteps;
        while (left > 0 && FollowNextChange())
        {
            left--;
        }
        while (left > 0 && MoveNextSparse())
        {
            left--;
        }
        RefreshWorkingRoot();
        return freeing <= 0 || left == 0;
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
        _index.Bounds.Read(position, out long main, out RecordHandle change);
        if (main > CompactRevision)
        {
            return false;
        }
        RetireOlderVersions(change);
        if (main < CompactRevision)
        {
            if (change.IsTombstone)
            {
                RetireTombstone(change);
            }
            _index.DropFirst();
        }
        _reclaimedTo = position + 1;
        _unpublished = true;
        return true;
    }

    // Versions at exactly the compact revision stay for watches that start there; the next compaction takes them. There
    // is seldom more than one to retire: each change took out what it superseded when it was followed.
    private void RetireOlderVersions(RecordHandle change)
    {
        RecordHandle older = change.Memory.Older(0);
        while (!older.IsNull && !older.Memory.IsRetired)
        {
            if (older.Memory.ModRevision < CompactRevision)
            {
                Retire(older);
            }
            older = older.Memory.Older(0);
        }
    }

    // If nothing is newer, the key goes too. It is retired after its versions, so they find it when they are unlinked.
    private void RetireTombstone(RecordHandle change)
    {
        if (!change.Memory.IsRetired)
        {
            Retire(change);
        }
        KeyNode node = change.Memory.Key;
        if (node.Newest == change && _tree.Locate(node.Key) is { IsNull: false } located && located.IsSame(node))
        {
            _tree.RemoveLocated();
            _epochs.Retire(RetiredKind.Key, node.Address, node.Birth);
        }
    }

    private void Retire(RecordHandle version)
    {
        version.Memory.MarkRetired();
        _epochs.Retire(RetiredKind.Record, version.Memory.Address, version.Memory.ModRevision);
        _versions--;
    }

    // Empties sparse segments, so that the space of deleted records can serve records of any size.
    private bool MoveNextSparse()
    {
        RecordHandle record = _records.TakeSparseRecord();
        if (!record.IsNull)
        {
            MoveRecord(record);
            return true;
        }
        KeyNode node = _records.TakeSparseKey();
        if (!node.IsNull)
        {
            MoveKey(node);
        }
        return !node.IsNull;
    }

    private void MoveRecord(RecordHandle old)
    {
        if (old.Memory.IsRetired)
        {
            // It waits for readers only.
            return;
        }
        RecordHandle copy = _records.Copy(old);
        VersionChain.Replace(old.Memory.Key, old, copy);
        _index.Replace(old.Memory.ModRevision, old.Memory.SubRevision, old, copy);
        old.Memory.MarkRetired();
        _epochs.Retire(RetiredKind.MovedRecord, old.Memory.Address, old.Memory.ModRevision);
        _unpublished = true;
    }

    // Older pages still lead to the old node, so it forwards to its copy.
    private void MoveKey(KeyNode old)
    {
        if (old.IsForwarded || !_tree.Locate(old.Key).IsSame(old) || !IsShort(old))
        {
            return;
        }
        KeyNode copy = _records.Copy(old);
        for (RecordHandle version = copy.Newest; !version.IsNull; version = version.Memory.Older(0))
        {
            RecordMemory memory = version.Memory;
            memory.Key = copy;
        }
        _tree.ReplaceLocated(copy);
        old.ForwardTo(copy);
        _epochs.Retire(RetiredKind.Key, old.Address, old.Birth);
        _unpublished = true;
    }

    // A slice is short, so a key with a long history stays where it is.
    private static bool IsShort(KeyNode node)
    {
        RecordHandle version = node.Newest;
        for (int i = 0; i < MaxVersionsOfMovedKey && !version.IsNull; i++)
        {
            version = version.Memory.Older(0);
        }
        return version.IsNull;
    }

    /// <summary>Frees what no view reaches.</summary>
    private void FreeRetired(ref int budget)
    {
        FreeUnlinked(ref budget);
        while (_epochs.TryTakeUnreachable(ref budget, out RetiredItem item))
        {
            Free(item);
        }
        FreeUnlinked(ref budget);
    }

    private unsafe void Free(in RetiredItem item)
    {
        byte* memory = (byte*)item.Payload;
        switch (item.Kind)
        {
            case RetiredKind.Page:
                _tree.Page((uint)item.Payload).Erase();
                _pages.Free((uint)item.Payload);
                break;
            case RetiredKind.Record:
                Unlink(new RecordMemory(memory), item);
                break;
            case RetiredKind.MovedRecord:
                AddUnlinked(item);
                break;
            case RetiredKind.Key:
                _records.Free(new KeyNode(memory));
                break;
            case RetiredKind.Separator:
                _records.FreeSeparator(new KeyNode(memory));
                break;
            case RetiredKind.IndexChunk:
                _index.FreeChunk(item.Payload);
                break;
            default:
                throw new InvariantViolationException("An unknown kind of item was retired.");
        }
    }

    // A deletion that hides an older version, which a view still holds, stays until that has gone. The newest version
    // of a key is retired only when the key is out of the tree: then no later revision is read in its chain.
    private void Unlink(RecordMemory version, in RetiredItem item)
    {
        RecordHandle older = version.Older(0);
        if (version.IsTombstone && !older.IsNull && !version.Key.Newest.Memory.IsRetired)
        {
            _epochs.Retire(RetiredKind.Record, version.Address, older.Memory.ModRevision);
            _unpublished = true;
            return;
        }
        VersionChain.Unlink(version.Key, version.Handle);
        AddUnlinked(item);
    }

    private void AddUnlinked(in RetiredItem item)
    {
        _unlinked.Add(_epochs.Blocks, item);
        _unlinkedCount++;
    }

    /// <summary>Frees versions that were unlinked before the sections began that run now.</summary>
    private void FreeUnlinked(ref int budget)
    {
        while (budget > 0 && _unlinkedCount > 0)
        {
            if (_inGrace.IsEmpty)
            {
                (_inGrace, _unlinked) = (_unlinked, _inGrace);
                Grace.Begin();
            }
            if (!Grace.IsOver())
            {
                return;
            }
            while (budget > 0 && _inGrace.TryTake(_epochs.Blocks, out RetiredItem item))
            {
                FreeVersion(item);
                _unlinkedCount--;
                budget--;
            }
        }
    }

    private unsafe void FreeVersion(in RetiredItem item)
    {
        RecordHandle record = new RecordMemory((byte*)item.Payload).Handle;
        if (item.Kind == RetiredKind.MovedRecord)
        {
            _records.FreeCopy(record);
        }
        else
        {
            _records.Free(record);
        }
    }
}
