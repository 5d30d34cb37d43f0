namespace EmbeddedConsensus.Mvcc;

/// <summary>Checks that a store can hold the versions of a snapshot: each is possible in itself, they are in the tree's
/// order, and none of them would have been dropped at the compact revision.</summary>
internal struct MvccSnapshotOrder
{
    private readonly long _revision;
    private readonly long _compactRevision;
    private bool _hasBase;

    /// <summary>A check for a snapshot with these revisions.</summary>
    public MvccSnapshotOrder(long revision, long compactRevision)
    {
        _revision = revision;
        _compactRevision = compactRevision;
    }

    /// <summary>Checks the next version; returns what is wrong with it, or null.</summary>
    /// <param name="fields">The version.</param>
    /// <param name="key">Its key.</param>
    /// <param name="valueLength">The length of its value.</param>
    /// <param name="last">The version before it, or the null handle.</param>
    /// <param name="newKey">True for the newest version of a key.</param>
    public string? Check(
        in RecordFields fields, ReadOnlySpan<byte> key, int valueLength, RecordHandle last, out bool newKey)
    {
        newKey = true;
        if (!IsPossible(fields, valueLength))
        {
            return "a version is impossible";
        }
        if (!last.IsNull)
        {
            MvccRecord before = new(last);
            int order = before.Key.SequenceCompareTo(key);
            newKey = order != 0;
            if (order > 0 || (order == 0 && !before.Memory.IsAfter(
                fields.ModRevision, fields.SubRevision)))
            {
                return "the versions are out of order";
            }
        }
        return IsRetained(fields, newKey) ? null : "a version is older than the compact revision";
    }

    private readonly bool IsPossible(in RecordFields fields, int valueLength)
    {
        if (fields.ModRevision <= 1 || fields.ModRevision > _revision || fields.SubRevision < 0)
        {
            return false;
        }
        return fields.IsTombstone
            ? valueLength == 0 && fields is { CreateRevision: 0, Version: 0, Lease: 0 }
            : fields.CreateRevision > 1 && fields.CreateRevision <= fields.ModRevision && fields.Version > 0;
    }

    private bool IsRetained(in RecordFields fields, bool newKey)
    {
        bool hasBase = _hasBase && !newKey;
        _hasBase = hasBase || fields.ModRevision <= _compactRevision;
        return fields.ModRevision >= _compactRevision || (!hasBase && !fields.IsTombstone);
    }
}
