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
        reader.TryGet(key, revision, out MvccRecord record) ? Copy(record, keysOnly: false) : null;

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

    /// <summary>The caller's own copy of a record.</summary>
    public static KeyValue Copy(in MvccRecord record, bool keysOnly) => new(
        record.Key.ToArray(),
        keysOnly ? default : new Value(record.Value.ToArray()),
        record.CreateRevision,
        record.ModRevision,
        record.Version);

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

            items.Add(Copy(cursor.Current, query.KeysOnly));
        }

        return new RangeResult(items, items.Count, false, reader.Revision);
    }

    private static RangeResult ReadSorted(MvccView reader, in RangeQuery query)
    {
        // Values are needed to sort by value even when the answer leaves them out.
        bool dropValues = query.KeysOnly && query.SortTarget == SortTarget.Value;
        List<KeyValue> items = [];
        MvccRangeCursor cursor = reader.Range(query.Start, query.End, query.Revision);
        while (cursor.MoveNext())
        {
            items.Add(Copy(cursor.Current, query.KeysOnly && !dropValues));
        }

        items.Sort(ComparisonOf(query.SortTarget, query.Descending));
        int count = items.Count;
        bool more = query.Limit > 0 && count > query.Limit;
        if (more)
        {
            items.RemoveRange((int)query.Limit, count - (int)query.Limit);
        }

        if (dropValues)
        {
            items = items.ConvertAll(item => item with { Value = default });
        }

        return new RangeResult(items, count, more, reader.Revision);
    }

    private static Comparison<KeyValue> ComparisonOf(SortTarget target, bool descending)
    {
        Comparison<KeyValue> ascending = target switch
        {
            SortTarget.Version => static (a, b) => a.Version.CompareTo(b.Version),
            SortTarget.CreateRevision => static (a, b) => a.CreateRevision.CompareTo(b.CreateRevision),
            SortTarget.ModRevision => static (a, b) => a.ModRevision.CompareTo(b.ModRevision),
            SortTarget.Value => static (a, b) => a.Value.CompareTo(b.Value),
            _ => static (a, b) => a.Key.CompareTo(b.Key),
        };

        // The key breaks ties, so that every member sorts alike.
        return (a, b) =>
        {
            int order = descending ? ascending(b, a) : ascending(a, b);
            return order != 0 ? order : a.Key.CompareTo(b.Key);
        };
    }
}
