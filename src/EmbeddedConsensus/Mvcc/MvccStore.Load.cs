namespace EmbeddedConsensus.Mvcc;

/// <summary>Filling a fresh store from a snapshot.</summary>
internal sealed partial class MvccStore
{
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
}
