using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>All keys that a history could have changed or has shown, in order, so that a key is a number and a range of
/// keys is a range of numbers.</summary>
internal sealed class KeyTable
{
    private readonly Key[] _keys;

    private KeyTable(IEnumerable<Key> keys) => _keys = [.. new SortedSet<Key>(keys)];

    /// <summary>The number of keys.</summary>
    public int Count => _keys.Length;

    /// <summary>A key.</summary>
    public Key this[int index] => _keys[index];

    /// <summary>The keys of a history.</summary>
    public static KeyTable Of(StoreHistory history)
    {
        HashSet<Key> keys = [.. history.InitialItems.Select(item => item.Key)];
        foreach (StoreCall call in history.Calls)
        {
            if (call.Operation is { } operation)
            {
                AddPuts(operation, keys);
            }

            if (call.Result is { } result)
            {
                keys.UnionWith(Evidence.ItemsOf(result).Select(item => item.Key));
            }
        }

        foreach (WatchRecording watch in history.Watches)
        {
            keys.UnionWith(watch.Records.SelectMany(record => record.Events).Select(item => item.KeyValue.Key));
        }

        return new KeyTable(keys);
    }

    /// <summary>The keys of a range: from the first to before the second.</summary>
    public (int From, int To) Find(KeyRange range)
    {
        int from = LowerBound(range.Start);
        if (range.IsSingle)
        {
            return (from, from < Count && _keys[from] == range.Start ? from + 1 : from);
        }

        return (from, range.IsUnbounded ? Count : Math.Max(from, LowerBound(range.End)));
    }

    /// <summary>The number of a key; null if the history does not contain it.</summary>
    public int? IndexOf(Key key)
    {
        int index = LowerBound(key);
        return index < Count && _keys[index] == key ? index : null;
    }

    private int LowerBound(Key key)
    {
        int index = Array.BinarySearch(_keys, key);
        return index < 0 ? ~index : index;
    }

    private static void AddPuts(Operation operation, HashSet<Key> keys)
    {
        if (operation is PutOperation put)
        {
            keys.Add(put.Key);
        }
        else if (operation is TxnOperation { Txn: { } txn })
        {
            foreach (Operation inner in txn.Success.Concat(txn.Failure))
            {
                AddPuts(inner, keys);
            }
        }
    }
}
