using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>The simulator's model of a store, which shares no code with the checker, called with the operations of the
/// public API.</summary>
internal sealed class SequentialStore
{
    private readonly ReferenceStore _store = new();

    /// <summary>The newest revision.</summary>
    public long Revision => _store.Revision;

    /// <summary>The changes that made a revision.</summary>
    public IReadOnlyList<WatchEvent> EventsAt(long revision) => _store.EventsAt(revision);

    /// <summary>A store on which operations were executed.</summary>
    public static SequentialStore Replay(IEnumerable<Operation> operations)
    {
        SequentialStore store = new();
        foreach (Operation operation in operations)
        {
            store.Execute(operation, hidesRevision: false);
        }

        return store;
    }

    /// <summary>Executes an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="hidesRevision">Whether a read returns its result like a get, without the revision.</param>
    public OperationResult Execute(Operation operation, bool hidesRevision)
    {
        switch (operation)
        {
            case RangeOperation read:
                long at = read.Options.Revision > 0 ? read.Options.Revision : Revision;
                RangeResult found = ReferenceStore.Read(
                    read.Range, read.Options, _store.StateAt(Math.Min(at, Revision)), Revision);
                return new RangeOperationResult(hidesRevision ? found with { Revision = 0 } : found);
            case PutOperation put:
                ApplyResult done = _store.Execute(new PutRequest(put.Key, put.Value, put.ReturnPrevious));
                return new PutOperationResult(new PutResult(done.Revision, (KeyValue?)done.Payload));
            case DeleteOperation delete:
                ApplyResult deleted = _store.Execute(new DeleteRequest(delete.Range, delete.ReturnPrevious));
                return new DeleteOperationResult(new DeleteResult(
                        deleted.Revision, deleted.Deleted, (IReadOnlyList<KeyValue>?)deleted.Payload ?? []));
            default:
                ApplyResult ended = _store.Execute(new TxnRequest(((TxnOperation)operation).Txn));
                return new TxnOperationResult((TxnResult)ended.Payload!);
        }
    }

    /// <summary>Whether two operations returned the same result.</summary>
    public static bool AreEqual(OperationResult left, OperationResult right) => ResultComparer.AreEqual(
        new ApplyResult(0, Payload: Wrap(left)), new ApplyResult(0, Payload: Wrap(right)));

    private static TxnResult Wrap(OperationResult result) => new(true, 0, [result]);
}
