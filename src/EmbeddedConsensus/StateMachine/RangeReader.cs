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
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    public static RangeResult Read(MvccView reader, in RangeQuery query, CancellationToken cancellationToken = default)
    {
        if (query.CountOnly)
        {
            return new RangeResult([], Count(reader, query, cancellationToken), false, reader.Revision);
        }

        RangeWalk walk = new(reader, query, cancellationToken);
        List<KeyValue> items = query.SortTarget == SortTarget.Key
            ? ReadInKeyOrder(ref walk, query, out bool more)
            : ReadSorted(ref walk, query, out more);
        long? count = query.IncludeCount && (more || query.IsFiltered) ? Count(reader, query, cancellationToken)
            : more || query.IsFiltered ? null
            : items.Count;
        return new RangeResult(items, count, more, reader.Revision);
    }

    /// <summary>Whether reading a range may take long enough that the calling thread should not do it.</summary>
    public static bool IsLong(MvccView reader, in RangeQuery query)
    {
        const long Many = 4096;
        bool isCounted = query.Revision > 0 && (query.CountOnly || query.IncludeCount);
        bool endsAtLimit = query is { SortTarget: SortTarget.Key, IsFiltered: false, Limit: > 0 and <= Many };
        return (!endsAtLimit || isCounted) && reader.Count(query.Start, query.End, 0) > Many;
    }

    private static long Count(MvccView reader, in RangeQuery query, CancellationToken cancellationToken)
    {
        if (query.Revision == 0 || query.Revision == reader.Revision)
        {
            return reader.Count(query.Start, query.End, 0);
        }

        long count = 0;
        for (RangeWalk all = RangeWalk.OfAll(reader, query, cancellationToken); all.MoveNext(); count++)
        {
        }

        return count;
    }

    private static List<KeyValue> ReadInKeyOrder(ref RangeWalk walk, in RangeQuery query, out bool more)
    {
        List<KeyValue> items = [];
        while (walk.MoveNext())
        {
            if (query.Limit > 0 && items.Count == query.Limit)
            {
                more = true;
                return items;
            }

            items.Add(walk.Current.ToKeyValue(query.KeysOnly));
        }

        more = false;
        return items;
    }

    private static List<KeyValue> ReadSorted(ref RangeWalk walk, in RangeQuery query, out bool more)
    {
        // Only what is returned is copied: a range may be larger than what its caller wants of it by orders of
        // magnitude.
        RecordOrder order = new(query.SortTarget, query.Descending, walk.CancellationToken);
        RecordHandle[] first = query.Limit > 0
            ? SortFirst(ref walk, order, query.Limit, out more)
            : SortAll(ref walk, order, out more);
        List<KeyValue> items = new(first.Length);
        foreach (RecordHandle handle in first)
        {
            items.Add(new MvccRecord(handle).ToKeyValue(query.KeysOnly));
        }

        return items;
    }

    private static RecordHandle[] SortAll(ref RangeWalk walk, RecordOrder order, out bool more)
    {
        List<RecordHandle> all = [];
        while (walk.MoveNext())
        {
            all.Add(walk.Handle);
        }

        try
        {
            all.Sort(order);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is OperationCanceledException)
        {
            // Sorting wraps what the comparison throws.
            walk.CancellationToken.ThrowIfCancellationRequested();
        }

        more = false;
        return [.. all];
    }

    private static RecordHandle[] SortFirst(ref RangeWalk walk, RecordOrder order, long limit, out bool more)
    {
        // The last of those that are kept lies on top, and makes room for each that goes before it.
        PriorityQueue<RecordHandle, RecordHandle> kept =
            new(Comparer<RecordHandle>.Create((left, right) => order.Compare(right, left)));
        more = false;
        while (walk.MoveNext())
        {
            RecordHandle handle = walk.Handle;
            if (kept.Count < limit)
            {
                kept.Enqueue(handle, handle);
            }
            else
            {
                more = true;
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
