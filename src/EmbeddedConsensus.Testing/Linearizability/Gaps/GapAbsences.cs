using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// What reads that did not find a key show about earlier revisions: a put there would have left the key to be found,
/// unless something could have deleted it in between.
/// </summary>
/// <remarks>Only for keys that a put of unknown outcome names and no delete of unknown outcome can reach, because the
/// revision of such a delete is unknown. A get states no revision and is ignored.</remarks>
internal sealed class GapAbsences
{
    private readonly KeyTable _keys;

    // By key: the revisions at which it was found missing, and those that may have deleted it.
    private readonly SortedDictionary<int, (SortedSet<long> Missing, SortedSet<long> Deleted)> _tracked = [];

    private GapAbsences(KeyTable keys) => _keys = keys;

    /// <summary>Collects the evidence of a history.</summary>
    public static GapAbsences Of(CheckedHistory history)
    {
        GapAbsences absences = new(history.Keys);
        foreach (CheckedCall call in history.Calls)
        {
            if (call is { Kind: CallKind.UnknownWrite, Call.Operation: PutOperation put })
            {
                absences._tracked.TryAdd(history.Keys.IndexOf(put.Key)!.Value, ([], []));
            }
        }

        foreach (CheckedCall call in history.Calls)
        {
            absences.TakeDeletes(call);
        }

        foreach (CheckedCall call in history.Calls)
        {
            absences.TakeRead(call);
        }

        return absences;
    }

    /// <summary>Whether a key put at a revision would have been found by a read that did not find it.</summary>
    public bool ContradictPut(int key, long revision)
    {
        if (!_tracked.TryGetValue(key, out (SortedSet<long> Missing, SortedSet<long> Deleted) known))
        {
            return false;
        }

        long missing = known.Missing.GetViewBetween(revision, long.MaxValue).FirstOrDefault();
        long deleted = known.Deleted.GetViewBetween(revision, long.MaxValue).FirstOrDefault(long.MaxValue);
        return missing > 0 && missing < deleted;
    }

    private void TakeDeletes(CheckedCall call)
    {
        if (call.Kind is not (CallKind.Write or CallKind.UnknownWrite))
        {
            return;
        }

        foreach (DeleteOperation delete in OperationFootprint.Writes(call.Call.Operation!).OfType<DeleteOperation>())
        {
            foreach (int key in TrackedIn(delete.Range))
            {
                if (call.Kind == CallKind.Write)
                {
                    _tracked[key].Deleted.Add(call.Revision);
                }
                else
                {
                    _tracked.Remove(key);
                }
            }
        }
    }

    private void TakeRead(CheckedCall call)
    {
        if (call is not { Kind: CallKind.Observation, Call.Operation: RangeOperation read }
            || call.Call.Result is not RangeOperationResult { Result: { More: false } found }
            || read.Options.CountOnly || read.Options.IsFiltered())
        {
            return;
        }

        long revision = read.Options.Revision > 0 ? read.Options.Revision : call.Revision;
        HashSet<Key>? shown = null;
        foreach (int key in TrackedIn(read.Range))
        {
            shown ??= [.. found.Items.Select(item => item.Key)];
            if (!shown.Contains(_keys[key]))
            {
                _tracked[key].Missing.Add(revision);
            }
        }
    }

    private int[] TrackedIn(KeyRange range)
    {
        (int from, int to) = _keys.Find(range);
        return to - from == 1
            ? _tracked.ContainsKey(from) ? [from] : []
            : [.. _tracked.Keys.Where(key => key >= from && key < to)];
    }
}
