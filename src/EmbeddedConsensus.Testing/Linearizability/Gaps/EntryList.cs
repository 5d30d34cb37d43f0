namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// The starts and returns of a history in the order of time, as a doubly linked list from which entries are removed and
/// restored in reverse order.
/// </summary>
/// <remarks>A removed entry keeps its own links, so restoring it needs no search. This makes a step of the search and
/// its undoing O(1).</remarks>
internal sealed class EntryList
{
    private readonly int[] _next;
    private readonly int[] _previous;

    /// <summary>Links all entries.</summary>
    /// <param name="count">How many there are. They are numbered in the order of time.</param>
    public EntryList(int count)
    {
        // The entry after the last is a sentinel, first and last at once.
        End = count;
        _next = new int[count + 1];
        _previous = new int[count + 1];
        for (int entry = 0; entry <= count; entry++)
        {
            _next[entry] = entry == count ? 0 : entry + 1;
            _previous[entry] = entry == 0 ? count : entry - 1;
        }
    }

    /// <summary>What follows the last entry.</summary>
    public int End { get; }

    /// <summary>The first entry, or <see cref="End"/>.</summary>
    public int First => _next[End];

    /// <summary>The entry after one, or <see cref="End"/>.</summary>
    public int Next(int entry) => _next[entry];

    /// <summary>Removes an entry.</summary>
    public void Unlink(int entry)
    {
        _next[_previous[entry]] = _next[entry];
        _previous[_next[entry]] = _previous[entry];
    }

    /// <summary>Restores the entry that was removed last among those still removed.</summary>
    public void Relink(int entry)
    {
        _next[_previous[entry]] = entry;
        _previous[_next[entry]] = entry;
    }
}
