namespace EmbeddedConsensus.Commands;

/// <summary>The keys that a list of operations may put and delete. A key is put at most once on a path, and not both
/// put and deleted; the alternatives of an inner transaction may overlap one another.</summary>
internal sealed class TxnWrites
{
    private readonly SortedSet<Key> _puts = [];
    private readonly List<KeyRange> _deletes = [];

    /// <summary>A put in the list itself.</summary>
    public void AddPut(Key key)
    {
        if (_deletes.Exists(range => range.Contains(key)) || !_puts.Add(key))
        {
            throw Duplicate(key);
        }
    }

    /// <summary>A delete in the list itself.</summary>
    public void AddDelete(in KeyRange range)
    {
        foreach (Key key in _puts)
        {
            if (range.Contains(key))
            {
                throw Duplicate(key);
            }
        }

        _deletes.Add(range);
    }

    /// <summary>The writes of an inner transaction in the list.</summary>
    public void AddInner(TxnWrites inner)
    {
        // All of the inner puts are checked against what stood here before the inner transaction, and not against
        // each other: they may lie on different paths.
        foreach (Key key in inner._puts)
        {
            if (_puts.Contains(key) || _deletes.Exists(range => range.Contains(key)))
            {
                throw Duplicate(key);
            }
        }

        foreach (KeyRange range in inner._deletes)
        {
            foreach (Key key in _puts)
            {
                if (range.Contains(key))
                {
                    throw Duplicate(key);
                }
            }
        }

        AddAlternative(inner);
    }

    /// <summary>The writes of another branch.</summary>
    public void AddAlternative(TxnWrites other)
    {
        _puts.UnionWith(other._puts);
        _deletes.AddRange(other._deletes);
    }

    private static InvalidRequestException Duplicate(Key key) => new("txn",
        $"The transaction writes key '{key}' twice on one path. Put a key once, and do not also delete it.");
}
