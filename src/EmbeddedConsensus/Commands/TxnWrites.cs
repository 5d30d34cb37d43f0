namespace EmbeddedConsensus.Commands;

/// <summary>The keys that a list of operations may put and delete. A key is put at most once on a path, and not both
/// put and deleted; the alternatives of an inner transaction may overlap one another.</summary>
internal sealed class TxnWrites
{
    private readonly SortedSet<Key> _puts = [];
    private readonly List<KeyRange> _deletes = [];

    /// <summary>Adds a put in the list itself.</summary>
    /// <exception cref="InvalidRequestException">The key is already written on this path.</exception>
    public void AddPut(Key key)
    {
        if (_deletes.Exists(range => range.Contains(key)) || !_puts.Add(key))
        {
            throw Duplicate(key);
        }
    }

    /// <summary>Adds a delete in the list itself.</summary>
    /// <exception cref="InvalidRequestException">A key of the range is already put on this path.</exception>
    public void AddDelete(in KeyRange range)
    {
        RequireNoPutIn(range);
        _deletes.Add(range);
    }

    /// <summary>Adds the writes of an inner transaction in the list.</summary>
    /// <exception cref="InvalidRequestException">One of them collides with the list's own.</exception>
    public void AddInner(TxnWrites inner)
    {
        // The inner writes are checked against what the list held before them, and not against each other: they may
        // lie on different paths.
        foreach (Key key in inner._puts)
        {
            if (_puts.Contains(key) || _deletes.Exists(range => range.Contains(key)))
            {
                throw Duplicate(key);
            }
        }

        foreach (KeyRange range in inner._deletes)
        {
            RequireNoPutIn(range);
        }

        AddAlternative(inner);
    }

    /// <summary>Adds the writes of another branch.</summary>
    public void AddAlternative(TxnWrites other)
    {
        _puts.UnionWith(other._puts);
        _deletes.AddRange(other._deletes);
    }

    private void RequireNoPutIn(in KeyRange range)
    {
        foreach (Key key in _puts)
        {
            if (range.Contains(key))
            {
                throw Duplicate(key);
            }
        }
    }

    private static InvalidRequestException Duplicate(Key key) => new("txn",
        $"The transaction writes key '{key}' twice on one path. Put a key once, and do not also delete it.");
}
