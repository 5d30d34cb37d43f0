using EmbeddedConsensus.Chaos.Checks;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Which faults there were, for how long, and which there could not be.</summary>
internal sealed class FaultJournal
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (int Count, TimeSpan Time)> _injected = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _skipped = new(StringComparer.Ordinal);

    /// <summary>How many faults there were.</summary>
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

    /// <summary>How many kinds of faults there were.</summary>
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

    /// <summary>Notes that there may be a fault, which is told also when there was none.</summary>
    /// <param name="name">Its name.</param>
    public void Expect(string name) => Add(name, 0, TimeSpan.Zero);

    /// <summary>Notes the beginning of a fault.</summary>
    /// <param name="name">Its name.</param>
    public void Injected(string name) => Add(name, 1, TimeSpan.Zero);

    /// <summary>Notes the end of a fault.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="elapsed">How long it took until it was put right.</param>
    public void Ended(string name, TimeSpan elapsed) => Add(name, 0, elapsed);

    /// <summary>Notes a fault that cannot be done here.</summary>
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

    /// <summary>A table with one line for each kind of fault.</summary>
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
