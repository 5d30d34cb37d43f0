using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// What results and watches show about the revisions that no recorded result claims, and which a write of unknown
/// outcome must have produced.
/// </summary>
internal sealed class GapEvidence
{
    private readonly KeyTable _keys;
    private readonly Dictionary<long, List<GapFact>> _facts;

    // What was seen unchanged: a key produced at one revision and still there at another. By key, in order of the
    // former.
    private readonly Dictionary<(int Key, long Made), long> _stillThere = [];
    private readonly Dictionary<int, List<long>> _made = [];

    private GapEvidence(KeyTable keys, IEnumerable<long> gaps)
    {
        _keys = keys;
        _facts = gaps.ToDictionary(gap => gap, _ => new List<GapFact>());
    }

    /// <summary>Collects the evidence of a history about its gaps.</summary>
    /// <param name="history">The history.</param>
    /// <param name="gaps">The revisions that no result claims.</param>
    /// <param name="newestBefore">For each call, the newest revision shown before it started.</param>
    public static GapEvidence Of(
        CheckedHistory history, IReadOnlyCollection<long> gaps, IReadOnlyList<long> newestBefore)
    {
        GapEvidence evidence = new(history.Keys, gaps);
        if (gaps.Count == 0)
        {
            return evidence;
        }

        for (int i = 0; i < history.Calls.Length; i++)
        {
            if (history.Calls[i] is { Call.Result: { } result } call)
            {
                evidence.TakeAnswer(call, result, newestBefore[i]);
            }
        }

        foreach (WatchRecording watch in history.History.Watches)
        {
            foreach (WatchEvent item in watch.Records.SelectMany(record => record.Events))
            {
                evidence.TakeFact(item.Revision, new GapFact(
                    history.Keys.IndexOf(item.KeyValue.Key)!.Value,
                    item.Type == WatchEventType.Put ? item.KeyValue : null,
                    HasValue: true));
            }
        }

        foreach ((int key, long made) in evidence._stillThere.Keys.Order())
        {
            if (!evidence._made.TryGetValue(key, out List<long>? revisions))
            {
                evidence._made[key] = revisions = [];
            }

            revisions.Add(made);
        }

        return evidence;
    }

    /// <summary>What the gap must have done.</summary>
    public IReadOnlyList<GapFact> FactsAt(long gap) => _facts.TryGetValue(gap, out List<GapFact>? facts) ? facts : [];

    /// <summary>Whether a key was seen unchanged across a revision, so that the revision did not change it.</summary>
    public bool WasUnchanged(int key, long revision)
    {
        if (!_made.TryGetValue(key, out List<long>? revisions))
        {
            return false;
        }

        int behind = revisions.BinarySearch(revision);
        int before = (behind < 0 ? ~behind : behind) - 1;
        return before >= 0 && _stillThere[(key, revisions[before])] >= revision;
    }

    private void TakeAnswer(CheckedCall call, OperationResult result, long newestBefore)
    {
        // A write shows, of the state before its own revision, nothing but what that revision may have changed.
        bool isRead = call.Call.Operation is RangeOperation;
        long readAt = call.Call.Operation is RangeOperation { Options.Revision: > 0 and long at } ? at
            : call.Kind != CallKind.Get ? call.Revision
            : call.Call.IsSerializable ? 0 : newestBefore;
        long still = isRead ? readAt : call.Kind == CallKind.Write ? call.Revision - 1 : call.Revision;
        bool hasValues = call.Call.Operation is RangeOperation { Options.KeysOnly: false } or PutOperation
            or DeleteOperation;
        foreach (KeyValue item in Evidence.ItemsOf(result))
        {
            int key = _keys.IndexOf(item.Key)!.Value;
            TakeFact(item.ModRevision, new GapFact(key, item, hasValues));
            // A transaction may show an old state that it asked for.
            if (call.Call.Operation is not TxnOperation && still > item.ModRevision)
            {
                (int, long) span = (key, item.ModRevision);
                _stillThere[span] = Math.Max(_stillThere.GetValueOrDefault(span), still);
            }
        }
    }

    private void TakeFact(long revision, GapFact fact)
    {
        if (_facts.TryGetValue(revision, out List<GapFact>? facts) && !facts.Contains(fact))
        {
            facts.Add(fact);
        }
    }
}
