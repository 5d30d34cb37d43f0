using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;
using EmbeddedConsensus.Testing.Linearizability;

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
            (TxnResult a, TxnResult b) => Evidence.AreEqual(new TxnOperationResult(a), new TxnOperationResult(b)),
            (LeaseEnded a, LeaseEnded b) => a == b,
            (long[] a, long[] b) => a.AsSpan().SequenceEqual(b),
            (IReadOnlyList<KeyValue> a, IReadOnlyList<KeyValue> b) => a.SequenceEqual(b),
            _ => false,
        };

    /// <summary>Whether two reads returned the same result.</summary>
    public static bool AreEqual(RangeResult left, RangeResult right) =>
        Evidence.AreEqual(new RangeOperationResult(left), new RangeOperationResult(right));

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
}
