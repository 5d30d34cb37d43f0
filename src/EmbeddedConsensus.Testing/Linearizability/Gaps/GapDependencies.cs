namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Which choices can influence the contents of a key.</summary>
/// <remarks>The effect of known writes on a key follows from their recorded results, or the replay stops at them. So a
/// key depends on the gaps whose candidates can write it; and if one of them writes conditionally on other keys, also
/// on the gaps that can write those.</remarks>
internal sealed class GapDependencies
{
    private readonly KeyTable _keys;

    // Union-find: for each key another key of its group; the representative of a group points to itself.
    private readonly int[] _parents;

    // For each representative, the gaps that can write any of its keys and have more than one candidate, in order.
    private readonly Dictionary<int, List<long>> _gaps = [];

    public GapDependencies(CheckedHistory history, IEnumerable<long> gaps, GapCandidates candidates)
    {
        _keys = history.Keys;
        _parents = [.. Enumerable.Range(0, _keys.Count)];
        foreach (CheckedCall call in history.Calls)
        {
            if (call is { Kind: CallKind.UnknownWrite, Call.Operation: { } operation }
                && OperationFootprint.IsConditional(operation))
            {
                Join(operation);
            }
        }

        foreach (long gap in gaps.Where(gap => candidates.At(gap).Count > 1))
        {
            foreach (int call in candidates.At(gap))
            {
                Add(gap, OperationFootprint.Written(history.Calls[call].Call.Operation!));
            }
        }
    }

    /// <summary>Adds the gaps below a revision that influence some keys.</summary>
    public void AddReasons(HashSet<long> reasons, IEnumerable<KeyRange> ranges, long revision)
    {
        HashSet<int> seen = [];
        foreach (KeyRange range in ranges)
        {
            (int from, int to) = _keys.Find(range);
            for (int key = from; key < to; key++)
            {
                if (seen.Add(Find(key)) && _gaps.TryGetValue(Find(key), out List<long>? gaps))
                {
                    reasons.UnionWith(gaps.TakeWhile(gap => gap < revision));
                }
            }
        }
    }

    private void Join(Operation operation)
    {
        int? first = null;
        foreach (KeyRange range in OperationFootprint.Touched(operation))
        {
            (int from, int to) = _keys.Find(range);
            for (int key = from; key < to; key++)
            {
                first ??= key;
                _parents[Find(key)] = Find(first.Value);
            }
        }
    }

    private void Add(long gap, IEnumerable<KeyRange> ranges)
    {
        foreach (KeyRange range in ranges)
        {
            (int from, int to) = _keys.Find(range);
            for (int key = from; key < to; key++)
            {
                if (!_gaps.TryGetValue(Find(key), out List<long>? gaps))
                {
                    _gaps[Find(key)] = gaps = [];
                }

                if (gaps is not [.., var last] || last != gap)
                {
                    gaps.Add(gap);
                }
            }
        }
    }

    private int Find(int key)
    {
        while (_parents[key] != key)
        {
            _parents[key] = _parents[_parents[key]];
            key = _parents[key];
        }

        return key;
    }
}
