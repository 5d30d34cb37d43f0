using System.Collections.Immutable;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <content>Executes operations.</content>
internal sealed partial class ReplayStore
{
    /// <summary>Executes an operation on the newest state.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="revision">The revision that it makes, if it changes anything: the one after the newest.</param>
    /// <returns>What it answers; null when it reads a revision that does not exist yet, which a store
    /// refuses.</returns>
    public OperationResult? Execute(Operation operation, long revision)
    {
        ReplayTxn? plan = operation is TxnOperation { Txn: { } txn } ? Judge(txn) : null;
        if (plan is not null ? plan.NewestRead() >= revision : ReadAt(operation) >= revision)
        {
            return null;
        }

        int mark = Mark;
        OperationResult result = Run(operation, plan, revision);
        return Stamp(result, Mark > mark ? revision : revision - 1);
    }

    /// <summary>Whether all conditions of a transaction hold, and of those inside it.</summary>
    private ReplayTxn Judge(Txn txn)
    {
        bool succeeded = txn.Conditions.All(Holds);
        ImmutableArray<Operation> chosen = succeeded ? txn.Success : txn.Failure;
        return new ReplayTxn(
            succeeded,
            [
                .. chosen.Select(operation =>
                    (operation, operation is TxnOperation inner ? Judge(inner.Txn) : null)),
            ]);
    }

    private bool Holds(Compare condition)
    {
        (int from, int to) = _keys.Find(condition.Range);
        bool any = false;
        for (int key = from; key < to; key++)
        {
            if (Newest(key) is { } item)
            {
                any = true;
                if (!Relates(Compared(item, condition), condition.Relation))
                {
                    return false;
                }
            }
        }

        return any || (condition.Target != CompareTarget.Value
            && Relates(0L.CompareTo(condition.Number), condition.Relation));
    }

    private static int Compared(KeyValue item, Compare condition) => condition.Target switch
    {
        CompareTarget.Version => item.Version.CompareTo(condition.Number),
        CompareTarget.CreateRevision => item.CreateRevision.CompareTo(condition.Number),
        CompareTarget.Lease => item.Lease.CompareTo(condition.Number),
        CompareTarget.ModRevision => item.ModRevision.CompareTo(condition.Number),
        _ => item.Value.CompareTo(condition.Operand),
    };

    private static bool Relates(int order, CompareRelation relation) => relation switch
    {
        CompareRelation.Equal => order == 0,
        CompareRelation.NotEqual => order != 0,
        CompareRelation.Greater => order > 0,
        _ => order < 0,
    };

    private static long ReadAt(Operation operation) =>
        operation is RangeOperation range ? range.Options.Revision : 0;

    private OperationResult Run(Operation operation, ReplayTxn? plan, long revision) => operation switch
    {
        PutOperation put => new PutOperationResult(Put(put, revision)),
        DeleteOperation delete => new DeleteOperationResult(Delete(delete, revision)),
        RangeOperation range => new RangeOperationResult(Read(range, revision)),
        _ => new TxnOperationResult(new TxnResult(
                plan!.Succeeded,
                0,
                [.. plan.Operations.Select(item => Run(item.Operation, item.Inner, revision))])),
    };

    private PutResult Put(PutOperation put, long revision)
    {
        int key = _keys.IndexOf(put.Key)!.Value;
        KeyValue? previous = Newest(key);
        Change(key, revision, new KeyValue(
            put.Key, put.Value, previous?.CreateRevision ?? revision, revision, (previous?.Version ?? 0) + 1,
            put.Lease));
        return new PutResult(0, put.ReturnPrevious ? previous : null);
    }

    private DeleteResult Delete(DeleteOperation delete, long revision)
    {
        (int from, int to) = _keys.Find(delete.Range);
        List<KeyValue> previous = [];
        for (int key = from; key < to; key++)
        {
            if (Newest(key) is { } item)
            {
                previous.Add(item);
                Change(key, revision, null);
            }
        }

        return new DeleteResult(0, previous.Count, delete.ReturnPrevious ? previous : []);
    }

    private RangeResult Read(RangeOperation read, long revision)
    {
        RangeOptions options = read.Options;
        (int from, int to) = _keys.Find(read.Range);
        List<KeyValue> found = [];
        for (int key = from; key < to; key++)
        {
            if ((options.Revision > 0 ? At(key, options.Revision) : At(key, revision)) is { } item)
            {
                found.Add(item);
            }
        }

        int count = found.Count;
        if (options.CountOnly)
        {
            return new RangeResult([], count, false, 0);
        }

        found.RemoveAll(item => !options.Selects(item));
        Sort(found, options);
        bool more = options.Limit > 0 && options.Limit < found.Count;
        IEnumerable<KeyValue> given = more ? found.Take((int)options.Limit) : found;
        return new RangeResult(
            [.. options.KeysOnly ? given.Select(item => item with { Value = default }) : given],
            options.IncludeCount || (!more && !options.IsFiltered()) ? count : null, more, 0);
    }

    private static void Sort(List<KeyValue> items, RangeOptions options)
    {
        bool descending = options.SortOrder == SortOrder.Descending;
        if (options.SortTarget == SortTarget.Key)
        {
            if (descending)
            {
                items.Reverse();
            }

            return;
        }

        // The key breaks ties, ascending in both directions.
        items.Sort((a, b) =>
        {
            int order = options.SortTarget switch
            {
                SortTarget.Version => a.Version.CompareTo(b.Version),
                SortTarget.CreateRevision => a.CreateRevision.CompareTo(b.CreateRevision),
                SortTarget.ModRevision => a.ModRevision.CompareTo(b.ModRevision),
                _ => a.Value.CompareTo(b.Value),
            };
            return order == 0 ? a.Key.CompareTo(b.Key) : descending ? -order : order;
        });
    }

    // Everything in an answer carries the revision that the operation ends at.
    private static OperationResult Stamp(OperationResult result, long revision) => result switch
    {
        PutOperationResult { Result: var put } => new PutOperationResult(put with { Revision = revision }),
        RangeOperationResult { Result: var range } => new RangeOperationResult(range with { Revision = revision }),
        DeleteOperationResult { Result: var delete } => new DeleteOperationResult(delete with { Revision = revision }),
        TxnOperationResult { Result: var txn } => new TxnOperationResult(txn with
        {
            Revision = revision,
            Responses = [.. txn.Responses.Select(inner => Stamp(inner, revision))],
        }),
        _ => throw new ArgumentException($"A result of an unknown kind: {result}.", nameof(result)),
    };
}
