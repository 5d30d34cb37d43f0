using EmbeddedConsensus.Chaos.Checks;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The faults that were injected, their durations, and those that could not be injected.</summary>
internal sealed class FaultJournal
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (int Count, TimeSpan Time)> _injected = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _skipped = new(StringComparer.Ordinal);

    /// <summary>The number of faults.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _injected.Values.Sum(static kind => kind.Count);
            }
        }
    }

    /// <summary>The number of kinds of faults.</summary>
    public int Kinds
    {
        get
        {
            lock (_gate)
            {
                return _injected.Values.Count(static kind => kind.Count > 0);
            }
        }
    }

    /// <summary>Lists a kind of fault in the summary even if it never occurs.</summary>
    /// <param name="name">Its name.</param>
    public void Expect(string name) => Add(name, 0, TimeSpan.Zero);

    /// <summary>Records the start of a fault.</summary>
    /// <param name="name">Its name.</param>
    public void Injected(string name) => Add(name, 1, TimeSpan.Zero);

    /// <summary>Records the end of a fault.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="elapsed">The time until it was healed.</param>
    public void Ended(string name, TimeSpan elapsed) => Add(name, 0, elapsed);

    /// <summary>Records a fault that cannot be injected here.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why.</param>
    public void Skipped(string name, string reason)
    {
        lock (_gate)
        {
            _skipped[name] = reason;
            _injected.Remove(name);
        }
    }

    /// <summary>A table with one row per kind of fault.</summary>
    public IReadOnlyList<string> ToLines()
    {
        lock (_gate)
        {
            return
            [
                .. TextTable.Of(
                [
                    ["", "times", "together"],
                    .. _injected.Select(static kind => (string[])
                        [kind.Key, TextTable.Of(kind.Value.Count), TextTable.Of(kind.Value.Time)]),
                ]),
                .. _skipped.Select(static kind => $"  SKIPPED {kind.Key}: {kind.Value}"),
            ];
        }
    }

    private void Add(string name, int count, TimeSpan time)
    {
        lock (_gate)
        {
            (int Count, TimeSpan Time) before = _injected.GetValueOrDefault(name);
            _injected[name] = (before.Count + count, before.Time + time);
        }
    }
}
