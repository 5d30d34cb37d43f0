namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// Which writes of unknown outcome can have produced which of the revisions that no result claims, as far as that is
/// known without replaying: they started in time, and can have done what was seen of the revision.
/// </summary>
/// <remarks>A revision with a single candidate removes that candidate from all others, repeatedly. In most histories
/// this leaves little to search, since a write that took effect was usually seen.</remarks>
internal sealed class GapCandidates
{
    private readonly CheckedHistory _history;
    private readonly GapEvidence _evidence;
    private readonly GapAbsences _absences;
    private readonly long[] _newestBefore;
    private readonly Dictionary<long, List<int>> _candidates = [];
    private readonly Dictionary<int, long> _owned = [];

    private GapCandidates(CheckedHistory history, GapEvidence evidence, long[] newestBefore)
    {
        _history = history;
        _evidence = evidence;
        _absences = GapAbsences.Of(history);
        _newestBefore = newestBefore;
    }

    /// <summary>The first revision without a candidate; 0 if there is none.</summary>
    public long Unexplained { get; private set; }

    /// <summary>Finds the candidates of all gaps.</summary>
    /// <param name="history">The history.</param>
    /// <param name="gaps">The revisions that no result claims, in order.</param>
    /// <param name="evidence">What was seen of them.</param>
    /// <param name="newestBefore">For each call, the newest revision shown before it started.</param>
    public static GapCandidates Of(
        CheckedHistory history, IReadOnlyList<long> gaps, GapEvidence evidence, long[] newestBefore)
    {
        GapCandidates candidates = new(history, evidence, newestBefore);
        // Latest first: a call whose result was lost mostly took effect soon after it started.
        int[] unknown =
        [
            .. Enumerable.Range(0, history.Calls.Length)
                .Where(call => history.Calls[call].Kind == CallKind.UnknownWrite)
                .OrderByDescending(call => history.Calls[call].Call.InvokedAt)
                .ThenBy(call => call),
        ];
        foreach (long gap in gaps)
        {
            candidates._candidates[gap] = [.. unknown.Where(call => candidates.CanHaveMade(call, gap))];
        }

        candidates.Settle(gaps);
        return candidates;
    }

    /// <summary>The calls that can have produced a revision.</summary>
    public IReadOnlyList<int> At(long gap) => _candidates[gap];

    private bool CanHaveMade(int index, long gap)
    {
        Operation operation = _history.Calls[index].Call.Operation!;
        if (_newestBefore[index] >= gap)
        {
            return false;
        }

        if (operation is PutOperation put && _history.Keys.IndexOf(put.Key) is { } key
            && (_evidence.WasUnchanged(key, gap) || _absences.ContradictPut(key, gap)))
        {
            return false;
        }

        return _evidence.FactsAt(gap).All(fact => OperationFootprint.Writes(operation).Any(write => Does(write, fact)));
    }

    private bool Does(Operation write, GapFact fact) => write switch
    {
        PutOperation put => fact.Item is { } item && item.Key == put.Key && (!fact.HasValue || item.Value == put.Value),
        DeleteOperation delete => fact.Item is null && delete.Range.Contains(_history.Keys[fact.Key]),
        _ => false,
    };

    private void Settle(IReadOnlyList<long> gaps)
    {
        Dictionary<int, List<long>> gapsOf = [];
        foreach (long gap in gaps)
        {
            foreach (int call in _candidates[gap])
            {
                if (!gapsOf.TryGetValue(call, out List<long>? possible))
                {
                    gapsOf[call] = possible = [];
                }

                possible.Add(gap);
            }
        }

        Queue<long> settled = new(gaps.Where(gap => _candidates[gap].Count <= 1));
        while (Unexplained == 0 && settled.TryDequeue(out long gap))
        {
            if (_candidates[gap] is not [int call])
            {
                Unexplained = gap;
            }
            else if (_owned.TryAdd(call, gap))
            {
                foreach (long other in gapsOf[call].Where(other => other != gap))
                {
                    _candidates[other].Remove(call);
                    if (_candidates[other].Count <= 1)
                    {
                        settled.Enqueue(other);
                    }
                }
            }
        }
    }
}
