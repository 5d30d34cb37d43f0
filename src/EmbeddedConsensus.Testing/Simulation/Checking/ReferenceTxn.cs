using System.Collections.Immutable;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>A transaction with its conditions evaluated: the part of it that will run.</summary>
/// <param name="Succeeded">Whether its conditions hold.</param>
/// <param name="Operations">The operations to run, with those of each inner transaction.</param>
internal sealed record ReferenceTxn(
    bool Succeeded, IReadOnlyList<(Operation Operation, ReferenceTxn? Inner)> Operations)
{
    /// <summary>Evaluates the conditions of a transaction and of the inner ones that will run.</summary>
    public static ReferenceTxn Judge(Txn txn, ImmutableSortedDictionary<Key, KeyValue> state)
    {
        bool succeeded = txn.Conditions.All(condition => Holds(condition, state));
        ImmutableArray<Operation> chosen = succeeded ? txn.Success : txn.Failure;
        return new ReferenceTxn(
            succeeded,
            [.. chosen.Select(operation => (operation,
                operation is TxnOperation inner ? Judge(inner.Txn, state) : null))]);
    }

    /// <summary>The operations that will run, those of inner transactions included.</summary>
    public IEnumerable<Operation> Leaves() => Operations.SelectMany(
        item => item.Inner is not null ? item.Inner.Leaves() : [item.Operation]);

    private static bool Holds(Compare condition, ImmutableSortedDictionary<Key, KeyValue> state)
    {
        KeyValue[] found = [.. state.Values.Where(item => condition.Range.Contains(item.Key))];
        if (found.Length == 0)
        {
            return condition.Target != CompareTarget.Value
                && Relates(0L.CompareTo(condition.Number), condition.Relation);
        }

        return found.All(item => Relates(
            condition.Target switch
            {
                CompareTarget.Version => item.Version.CompareTo(condition.Number),
                CompareTarget.CreateRevision => item.CreateRevision.CompareTo(condition.Number),
                CompareTarget.Lease => item.Lease.CompareTo(condition.Number),
                CompareTarget.ModRevision => item.ModRevision.CompareTo(condition.Number),
                _ => item.Value.CompareTo(condition.Operand),
            },
            condition.Relation));
    }

    private static bool Relates(int order, CompareRelation relation) => relation switch
    {
        CompareRelation.Equal => order == 0,
        CompareRelation.NotEqual => order != 0,
        CompareRelation.Greater => order > 0,
        _ => order < 0,
    };
}
