using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>What a recorded call writes. The load never writes a value twice, so a value identifies its call.</summary>
internal static class WrittenValues
{
    /// <summary>The values that a call puts. For any outcome of a transaction these are the values of its success
    /// branch: the load puts nothing in the other one.</summary>
    /// <param name="call">The call.</param>
    public static IEnumerable<Value> Of(StoreCall call) => call.Operation switch
    {
        PutOperation put => [put.Value],
        TxnOperation { Txn: { } txn } => txn.Success.OfType<PutOperation>().Select(static put => put.Value),
        _ => [],
    };

    /// <summary>The revision at which the call put its values, if its result states it; otherwise null.</summary>
    /// <param name="call">The call.</param>
    public static long? RevisionOf(StoreCall call) => call switch
    {
        { Outcome: CallOutcome.Succeeded, Result: PutOperationResult { Result: var put } } => put.Revision,
        { Outcome: CallOutcome.Succeeded, Result: TxnOperationResult { Result: { Succeeded: true } txn } } =>
            txn.Revision,
        _ => null,
    };
}
