using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <content>What a conflict means: whether another placement could avoid it, and how it is told.</content>
internal sealed partial class RevisionReplay
{
    private const int MaxCallsBefore = 10;

    // What known writes do to a key follows from their recorded answers, or the replay stops at them. So a key that no
    // open choice can write holds the same in every placement.
    private bool[] FindAmbiguousKeys()
    {
        bool[] ambiguous = new bool[_history.Keys.Count];
        for (long revision = _initial + 1; revision <= _last; revision++)
        {
            if (_owners[revision - _initial] is not null)
            {
                continue;
            }

            IReadOnlyList<int> candidates = _candidates.At(revision);
            foreach (int index in candidates)
            {
                Operation operation = _history.Calls[index].Call.Operation!;
                if (candidates.Count > 1 || OperationFootprint.IsConditional(operation))
                {
                    foreach (KeyRange range in OperationFootprint.Written(operation))
                    {
                        (int from, int to) = _history.Keys.Find(range);
                        ambiguous.AsSpan(from, to - from).Fill(true);
                    }
                }
            }
        }

        return ambiguous;
    }

    // Every answer with a revision lies at or before the last one. A get that found nothing may have come behind it, when
    // a write of unknown outcome can have deleted its key.
    private int[] FindWritesBehindLast()
    {
        int[] unknown =
        [
            .. Enumerable.Range(0, _history.Calls.Length)
                .Where(call => _history.Calls[call].Kind == CallKind.UnknownWrite),
        ];
        List<KeyRange> deletes =
        [
            .. unknown.SelectMany(call => OperationFootprint.Writes(_history.Calls[call].Call.Operation!))
                .OfType<DeleteOperation>()
                .Select(delete => delete.Range),
        ];
        bool matters = deletes.Count > 0 && _history.Calls.Any(call =>
            call is { Kind: CallKind.Get, Call: { Operation: RangeOperation get, Result.Range.Items: [] } }
            && deletes.Any(range => range.Contains(get.Range.Start)));
        return matters ? unknown : [];
    }

    private bool IsDefinite(Violation conflict)
    {
        if (conflict.Kind != ViolationKind.Answer)
        {
            return false;
        }

        foreach (KeyRange range in OperationFootprint.Touched(conflict.Calls[0].Operation!))
        {
            (int from, int to) = _history.Keys.Find(range);
            if (_isAmbiguous.AsSpan(from, to - from).Contains(true))
            {
                return false;
            }
        }

        return true;
    }

    // Of all conflicts, the one to tell: that which lies deepest, unless one settles the matter.
    private void Keep(Violation conflict, long depth, long revision)
    {
        if (_deepest is null || depth > _deepestRevision)
        {
            _deepest = conflict with { Before = CallsBefore(revision) };
            _deepestRevision = depth;
        }
    }

    private static Violation Differs(CheckedCall call, long revision, OperationResult? expected) => new(
        ViolationKind.Answer,
        $"At revision {revision} the answer must be {(expected is null ? "a refusal" : CallText.Of(expected))}, and was "
            + $"{CallText.Of(call.Call.Result!)}.")
    {
        Key = call.Call.Operation is PutOperation put ? put.Key
            : call.Call.Operation is RangeOperation { Range: { IsSingle: true } range } ? range.Start
            : (Key?)null,
        Revision = revision,
        Calls = [call.Call],
    };

    private StoreCall[] CallsBefore(long revision)
    {
        Dictionary<long, int> placed = _placed.ToDictionary(pair => pair.Value, pair => pair.Key);
        List<StoreCall> calls = [];
        for (long before = revision - 1; before > _initial && calls.Count < MaxCallsBefore; before--)
        {
            if (before <= _last && _owners[before - _initial] is { } owner)
            {
                calls.Add(owner.Call);
            }
            else if (placed.TryGetValue(before, out int index))
            {
                calls.Add(_history.Calls[index].Call);
            }
        }

        calls.Reverse();
        return [.. calls];
    }
}
