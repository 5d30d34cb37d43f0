using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A call as the check of revisions sees it.</summary>
/// <param name="Call">The recorded call.</param>
/// <param name="Kind">Its role in the check.</param>
/// <param name="Revision">The revision that it produced or stated; 0 if it stated none.</param>
internal sealed record CheckedCall(StoreCall Call, CallKind Kind, long Revision)
{
    /// <summary>The one key that a read returned; null when it returned none or several, or the call is no read.
    /// </summary>
    public KeyValue? Shown => Call.Result is RangeOperationResult { Result.Items: [var only] } ? only : null;

    /// <summary>What the check sees of a call; null when there is nothing to see.</summary>
    /// <exception cref="ArgumentException">The call cannot come from a recorder.</exception>
    public static CheckedCall? Of(StoreCall call) => call.Outcome switch
    {
        CallOutcome.Succeeded when call.ReturnedAt < call.InvokedAt => throw new ArgumentException(
            $"A call returned before it began: {call}. Take both times from the same monotonic clock."),
        CallOutcome.Succeeded when call.IsCompaction => new CheckedCall(call, CallKind.Reached, call.CompactRevision),
        CallOutcome.Succeeded => OfAnswer(call),
        CallOutcome.Failed => OfRefusal(call),
        CallOutcome.Unknown when call is { IsRead: false, IsCompaction: false } =>
            new CheckedCall(call, CallKind.UnknownWrite, 0),
        _ => null,
    };

    private static CheckedCall? OfRefusal(StoreCall call) => call.Refusal switch
    {
        { StoreRevision: > 0 and long revision } => new CheckedCall(call, CallKind.Observation, revision),
        { CompactRevision: > 0 and long revision } => new CheckedCall(call, CallKind.Reached, revision),
        _ => null,
    };

    private static CheckedCall OfAnswer(StoreCall call)
    {
        OperationResult result = call.Result
            ?? throw new ArgumentException($"A call succeeded without a result: {call}. Record the result with it.");
        bool fits = (call.Operation, result) is
            (PutOperation, PutOperationResult) or (DeleteOperation, DeleteOperationResult)
            or (RangeOperation, RangeOperationResult) or (TxnOperation, TxnOperationResult);
        if (!fits)
        {
            throw new ArgumentException($"The result is not one of this operation: {call}.");
        }

        long revision = Evidence.RevisionOf(result);
        if (revision > 0)
        {
            return new CheckedCall(
                call, Evidence.IsChange(result) ? CallKind.Write : CallKind.Observation, revision);
        }

        return call.Operation is RangeOperation { Range.IsSingle: true }
            ? new CheckedCall(call, CallKind.Get, 0)
            : throw new ArgumentException(
                $"The result has no revision: {call}. Only a read of a single key may come without.");
    }
}
