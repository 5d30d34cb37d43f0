using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>Compares results in depth.</summary>
internal static class ResultComparer
{
    /// <summary>Whether two commands returned the same result.</summary>
    public static bool AreEqual(in ApplyResult left, in ApplyResult right) =>
        left.Revision == right.Revision
        && left.Deleted == right.Deleted
        && AreEqual(left.Error, right.Error)
        && (left.Payload, right.Payload) switch
        {
            (null, null) => true,
            (KeyValue a, KeyValue b) => a == b,
            (TxnResult a, TxnResult b) => AreEqual(a, b),
            (LeaseEnded a, LeaseEnded b) => a == b,
            (long[] a, long[] b) => a.AsSpan().SequenceEqual(b),
            (IReadOnlyList<KeyValue> a, IReadOnlyList<KeyValue> b) => a.SequenceEqual(b),
            _ => false,
        };

    /// <summary>Whether two reads returned the same result.</summary>
    public static bool AreEqual(RangeResult left, RangeResult right) =>
        left.Revision == right.Revision && left.Count == right.Count && left.More == right.More
        && left.Items.SequenceEqual(right.Items);

    /// <summary>Whether two refusals are the same.</summary>
    public static bool AreEqual(Exception? left, Exception? right) => (left, right) switch
    {
        (null, null) => true,
        (CompactedException a, CompactedException b) =>
            a.RequestedRevision == b.RequestedRevision && a.CompactRevision == b.CompactRevision,
        (LeaseNotFoundException a, LeaseNotFoundException b) => a.Lease == b.Lease,
        (LeaseExistsException a, LeaseExistsException b) => a.Lease == b.Lease,
        (FutureRevisionException a, FutureRevisionException b) =>
            a.RequestedRevision == b.RequestedRevision && a.CurrentRevision == b.CurrentRevision,
        _ => false,
    };

    private static bool AreEqual(TxnResult left, TxnResult right) =>
        left.Succeeded == right.Succeeded && left.Revision == right.Revision
        && left.Responses.Count == right.Responses.Count
        && left.Responses.Zip(right.Responses, AreEqual).All(equal => equal);

    private static bool AreEqual(OperationResult left, OperationResult right) => (left, right) switch
    {
        (PutOperationResult { Result: var a }, PutOperationResult { Result: var b }) => a == b,
        (RangeOperationResult { Result: var a }, RangeOperationResult { Result: var b }) => AreEqual(a, b),
        (DeleteOperationResult { Result: var a }, DeleteOperationResult { Result: var b }) =>
            a.Revision == b.Revision && a.Deleted == b.Deleted && a.Previous.SequenceEqual(b.Previous),
        (TxnOperationResult { Result: var a }, TxnOperationResult { Result: var b }) => AreEqual(a, b),
        _ => false,
    };
}
