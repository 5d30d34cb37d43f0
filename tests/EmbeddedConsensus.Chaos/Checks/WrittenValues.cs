using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>What a recorded call writes. The load never writes a value twice, so a value tells the call.</summary>
internal static class WrittenValues
{
    /// <summary>The values that a call puts; those of a transaction that succeeded, failed or is unknown are those of
    /// its success branch: the load puts nothing in the other one.</summary>
    /// <param name="call">The call.</param>
    public static IEnumerable<Value> Of(StoreCall call) => call.Operation switch
    {
        PutOperation put => [put.Value],
        TxnOperation { Txn: { } txn } => txn.Success.OfType<PutOperation>().Select(static put => put.Value),
        _ => [],
    };

    /// <summary>The revision at which the call says that it put its values; null if it does not say so.</summary>
    /// <param name="call">The call.</param>
    public static long? RevisionOf(StoreCall call) => call switch
    {
        { Outcome: CallOutcome.Succeeded, Result: PutOperationResult { Result: var put } } => put.Revision,
        { Outcome: CallOutcome.Succeeded, Result: TxnOperationResult { Result: { Succeeded: true } txn } } =>
            txn.Revision,
        _ => null,
    };
}
