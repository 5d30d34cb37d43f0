using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// Splits a history by key, as far as that is sound.
/// </summary>
/// <remarks>
/// <para>A history of several objects is linearizable exactly when that of each object is (Herlihy and Wing 1990,
/// theorem 1). Keys are such objects only as long as no call spans two of them. What remains sound for all calls is one
/// direction: if an order explains the whole history, its restriction to one key explains what each call did to that
/// key. So a key without an order convicts the store, but orders for all keys prove nothing, which is left to
/// <see cref="RevisionReplay"/>.</para>
/// <para>Reads may be left out of a key's history; those of ranges, old revisions and lagging replicas are. Writes may
/// not: a key that a transaction of unknown outcome may have written, depending on other keys, has no history of its
/// own and is left out.</para>
/// </remarks>
internal sealed class KeyPartition
{
    private readonly CheckedHistory _history;
    private readonly Dictionary<int, List<(ModelCall<KeyStep, KeyAnswer> Step, StoreCall Call)>> _steps = [];
    private readonly HashSet<int> _leftOut = [];

    private KeyPartition(CheckedHistory history) => _history = history;

    /// <summary>Searches for a key whose calls have no order.</summary>
    /// <param name="history">The history.</param>
    /// <param name="budget">The limits. What remains undecided is left to the check of revisions.</param>
    public static Violation? Check(CheckedHistory history, SearchBudget budget)
    {
        KeyPartition partition = new(history);
        foreach (CheckedCall call in history.Calls)
        {
            partition.Take(call);
        }

        foreach ((int key, List<(ModelCall<KeyStep, KeyAnswer> Step, StoreCall Call)> steps) in partition._steps
            .Where(pair => !partition._leftOut.Contains(pair.Key))
            .OrderBy(pair => pair.Key))
        {
            if (partition.CheckKey(key, steps, budget) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    private Violation? CheckKey(
        int key, List<(ModelCall<KeyStep, KeyAnswer> Step, StoreCall Call)> steps, SearchBudget budget)
    {
        Key name = _history.Keys[key];
        KeyModel model = new(_history.History.InitialItems.FirstOrDefault(item => item.Key == name));
        SearchResult result = WingGongLoweChecker.Check(model, Rank(steps), budget);
        return result.Verdict != Verdict.NotLinearizable
            ? null
            : new Violation(
                ViolationKind.KeyOrder,
                $"The calls of key {name} have no order: after {result.Order.Count} of {steps.Count} no open call "
                    + "can come next.")
            {
                Key = name,
                Calls = [.. result.Stuck.Select(call => steps[call].Call)],
                Before = [.. result.Order.TakeLast(10).Select(call => steps[call].Call)],
            };
    }

    private static ModelCall<KeyStep, KeyAnswer>[] Rank(
        List<(ModelCall<KeyStep, KeyAnswer> Step, StoreCall Call)> steps)
    {
        ModelCall<KeyStep, KeyAnswer>[] ranked = [.. steps.Select(item => item.Step)];
        int rank = 0;
        foreach (int call in Enumerable.Range(0, ranked.Length)
            .Where(call => ranked[call].Input.Revision > 0)
            .OrderBy(call => ranked[call].Input.Revision))
        {
            ranked[call] = ranked[call] with { Input = ranked[call].Input with { Rank = rank++ } };
        }

        return ranked;
    }

    private void Take(CheckedCall call)
    {
        switch (call.Call.Operation)
        {
            case { } when call.Call.Outcome == CallOutcome.Failed:
                // Refused: it shows a revision but no key.
                break;
            case RangeOperation read:
                TakeRead(call, read);
                break;
            case { } when call.Kind == CallKind.UnknownWrite && OperationFootprint.IsConditional(call.Call.Operation):
                LeaveOut(call.Call.Operation);
                break;
            case { } operation:
                TakeWrite(call, operation, call.Call.Result);
                break;
            default:
                break;
        }
    }

    private void TakeRead(CheckedCall call, RangeOperation read)
    {
        if (read.Range.IsSingle && !call.Call.IsSerializable
            && read.Options is { Revision: 0, KeysOnly: false, CountOnly: false } && !read.Options.IsFiltered()
            && _history.Keys.IndexOf(read.Range.Start) is { } key)
        {
            KeyValue? shown = call.Shown;
            Add(key, call, new KeyStep(KeyStepKind.Read), KeyAnswer.Showing(shown));
        }
    }

    private void TakeWrite(CheckedCall call, Operation operation, OperationResult? result)
    {
        switch (operation)
        {
            case PutOperation put:
                Add(
                    _history.Keys.IndexOf(put.Key)!.Value,
                    call,
                    new KeyStep(KeyStepKind.Put, put.Value, call.Revision),
                    put.ReturnPrevious && result is PutOperationResult { Result: var answer }
                        ? KeyAnswer.Showing(answer.Previous)
                        : default);
                break;
            case DeleteOperation delete:
                TakeDelete(call, delete, result);
                break;
            case TxnOperation { Txn: { } txn }:
                // Without a result it has no conditions, so it succeeds.
                TxnResult? outcome = (result as TxnOperationResult)?.Result;
                bool succeeded = outcome?.Succeeded ?? true;
                IReadOnlyList<Operation> chosen = succeeded ? txn.Success : txn.Failure;
                for (int i = 0; i < chosen.Count; i++)
                {
                    TakeWrite(call, chosen[i], outcome?.Responses[i]);
                }

                break;
            default:
                // Reads inside a transaction are left to the check of revisions.
                break;
        }
    }

    private void TakeDelete(CheckedCall call, DeleteOperation delete, OperationResult? result)
    {
        (int from, int to) = _history.Keys.Find(delete.Range);
        for (int key = from; key < to; key++)
        {
            // The number of deleted keys decides for each key when it is one, none or all.
            bool? existed = (result as DeleteOperationResult)?.Result.Deleted switch
            {
                0 => false,
                { } deleted when deleted == to - from => true,
                _ => null,
            };
            long revision = existed == false ? 0 : call.Revision;
            Add(key, call, new KeyStep(KeyStepKind.Delete, default, revision), new KeyAnswer(existed));
        }
    }

    private void LeaveOut(Operation operation)
    {
        foreach (KeyRange range in OperationFootprint.Written(operation))
        {
            (int from, int to) = _history.Keys.Find(range);
            _leftOut.UnionWith(Enumerable.Range(from, to - from));
        }
    }

    private void Add(int key, CheckedCall call, KeyStep step, KeyAnswer answer)
    {
        if (!_steps.TryGetValue(key, out List<(ModelCall<KeyStep, KeyAnswer> Step, StoreCall Call)>? steps))
        {
            _steps[key] = steps = [];
        }

        bool isUnknown = call.Kind == CallKind.UnknownWrite;
        steps.Add((
            new ModelCall<KeyStep, KeyAnswer>(
                call.Call.InvokedAt, isUnknown ? null : call.Call.ReturnedAt, step, answer),
            call.Call));
    }
}
