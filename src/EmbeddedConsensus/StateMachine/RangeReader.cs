using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine;

/// <summary>Reads keys and ranges from the store into results that are the caller's own.</summary>
internal static class RangeReader
{
    /// <summary>Why a revision cannot be read, or null when it can.</summary>
    public static ConsensusStoreException? CheckRevision(MvccView reader, long revision) =>
        revision <= 0 ? null
        : revision < reader.CompactRevision ? new CompactedException(revision, reader.CompactRevision)
        : revision > reader.Revision ? new FutureRevisionException(revision, reader.Revision)
        : null;

    /// <summary>Reads one key; null when it does not exist at the revision.</summary>
    public static KeyValue? Get(MvccView reader, ReadOnlySpan<byte> key, long revision) =>
        reader.TryGet(key, revision, out MvccRecord record) ? record.ToKeyValue() : null;

    /// <summary>Reads a range. The revision was checked before.</summary>
    public static RangeResult Read(MvccView reader, in RangeQuery query)
    {
        if (query.CountOnly)
        {
            return new RangeResult([], reader.Count(query.Start, query.End, query.Revision), false, reader.Revision);
        }

        return query is { SortTarget: SortTarget.Key, Descending: false }
            ? ReadInKeyOrder(reader, query)
            : ReadSorted(reader, query);
    }

    private static RangeResult ReadInKeyOrder(MvccView reader, in RangeQuery query)
    {
        List<KeyValue> items = [];
        MvccRangeCursor cursor = reader.Range(query.Start, query.End, query.Revision);
        while (cursor.MoveNext())
        {
            if (query.Limit > 0 && items.Count == query.Limit)
            {
                long count = reader.Count(query.Start, query.End, query.Revision);
                return new RangeResult(items, count, true, reader.Revision);
            }

            items.Add(cursor.Current.ToKeyValue(query.KeysOnly));
        }

        return new RangeResult(items, items.Count, false, reader.Revision);
    }

    private static RangeResult ReadSorted(MvccView reader, in RangeQuery query)
    {
        // Only what is given is copied: a range may be larger than what its caller wants of it by orders of magnitude.
        RecordOrder order = new(query.SortTarget, query.Descending);
        MvccRangeCursor cursor = reader.Range(query.Start, query.End, query.Revision);
        RecordHandle[] first = query.Limit > 0
            ? SortFirst(ref cursor, order, query.Limit, out long count)
            : SortAll(ref cursor, order, out count);
        List<KeyValue> items = new(first.Length);
        foreach (RecordHandle handle in first)
        {
            items.Add(new MvccRecord(handle).ToKeyValue(query.KeysOnly));
        }

        return new RangeResult(items, count, items.Count < count, reader.Revision);
    }

    private static RecordHandle[] SortAll(ref MvccRangeCursor cursor, RecordOrder order, out long count)
    {
        List<RecordHandle> all = [];
        while (cursor.MoveNext())
        {
            all.Add(cursor.Handle);
        }

        all.Sort(order);
        count = all.Count;
        return [.. all];
    }

    private static RecordHandle[] SortFirst(
        ref MvccRangeCursor cursor, RecordOrder order, long limit, out long count)
    {
        // The last of those that are kept lies on top, and makes room for each that goes before it.
        PriorityQueue<RecordHandle, RecordHandle> kept =
            new(Comparer<RecordHandle>.Create((left, right) => order.Compare(right, left)));
        for (count = 0; cursor.MoveNext(); count++)
        {
            RecordHandle handle = cursor.Handle;
            if (kept.Count < limit)
            {
                kept.Enqueue(handle, handle);
            }
            else
            {
                kept.EnqueueDequeue(handle, handle);
            }
        }

        RecordHandle[] first = new RecordHandle[kept.Count];
        for (int i = first.Length - 1; i >= 0; i--)
        {
            first[i] = kept.Dequeue();
        }

        return first;
    }
}
