using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <content>What a conflict means: whether another placement could avoid it, and how it is reported.</content>
internal sealed partial class RevisionReplay
{
    private const int MaxCallsBefore = 10;

    // Every result with a revision is at or before the last one. A get that found nothing may have come after it, if a
    // write of unknown outcome can have deleted its key.
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
            call is
            {
                Kind: CallKind.Get,
                Call: { Operation: RangeOperation get, Result: RangeOperationResult { Result.Items: [] } },
            }
            && deletes.Any(range => range.Contains(get.Range.Start)));
        return matters ? unknown : [];
    }

    // The conflict to report: the deepest one, unless one does not depend on any choice.
    private void Keep(Conflict conflict, long revision)
    {
        long depth = conflict.Reasons.Count == 0 ? long.MaxValue : revision;
        if (_deepest is null || depth > _deepestRevision)
        {
            _deepest = conflict.Violation with { Before = CallsBefore(revision) };
            _deepestRevision = depth;
        }
    }

    private Conflict Differs(CheckedCall call, long revision, OperationResult? expected)
    {
        Operation operation = call.Call.Operation!;
        KeyRange[] ranges = FirstDifference(operation, expected, call.Call.Result!) is { } key
            ? [KeyRange.Single(key)]
            : [.. OperationFootprint.Touched(operation)];
        Violation violation = new(
            ViolationKind.Answer,
            $"At revision {revision} the answer must be {(expected is null ? "a refusal" : CallText.Of(expected))}, "
                + $"and was {CallText.Of(call.Call.Result!)}.")
        {
            Key = ranges is [{ IsSingle: true } only] ? only.Start : (Key?)null,
            Revision = revision,
            Calls = [call.Call],
        };
        Conflict conflict = new(violation, []);
        _dependencies.AddReasons(conflict.Reasons, ranges, revision);
        return conflict;
    }

    // A wrong read of a whole range is wrong in one key. The fewer keys a conflict concerns, the further back the
    // search can jump.
    private static Key? FirstDifference(Operation operation, OperationResult? expected, OperationResult given)
    {
        if (operation is not RangeOperation { Options: { Limit: 0, CountOnly: false } }
            || expected is not RangeOperationResult { Result: var right }
            || given is not RangeOperationResult { Result: var wrong })
        {
            return null;
        }

        return right.Items.Except(wrong.Items).Concat(wrong.Items.Except(right.Items)).FirstOrDefault()?.Key;
    }

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
