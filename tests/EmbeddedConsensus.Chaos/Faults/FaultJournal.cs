using System.Globalization;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Which faults there were, and which there could not be.</summary>
internal sealed class FaultJournal
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _injected = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _skipped = new(StringComparer.Ordinal);

    /// <summary>How many faults there were.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _injected.Values.Sum();
            }
        }
    }

    /// <summary>Notes a fault.</summary>
    /// <param name="name">Its name.</param>
    public void Injected(string name)
    {
        lock (_gate)
        {
            _injected[name] = _injected.GetValueOrDefault(name) + 1;
        }
    }

    /// <summary>Notes a fault that cannot be done here.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why.</param>
    public void Skipped(string name, string reason)
    {
        lock (_gate)
        {
            _skipped[name] = reason;
        }
    }

    /// <summary>One line for each kind of fault.</summary>
    public IReadOnlyList<string> ToLines()
    {
        lock (_gate)
        {
            return
            [
                .. _injected.Select(static kind =>
                    string.Create(CultureInfo.InvariantCulture, $"  {kind.Key}: {kind.Value}")),
                .. _skipped.Select(static kind => $"  SKIPPED {kind.Key}: {kind.Value}"),
            ];
        }
    }
}
