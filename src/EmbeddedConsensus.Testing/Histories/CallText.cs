using System.Globalization;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Calls and their results as text, for explanations.</summary>
internal static class CallText
{
    private const int MaxShownBytes = 40;

    /// <summary>A call with its outcome.</summary>
    public static string Of(StoreCall call) => call.Outcome switch
    {
        CallOutcome.Succeeded => $"{OfRequest(call)} => {(call.Result is { } result ? Of(result) : "done")}",
        CallOutcome.Failed => $"{OfRequest(call)} => failed{(call.Error is null ? "" : ": " + call.Error)}",
        _ => $"{OfRequest(call)} => unknown{(call.Error is null ? "" : ": " + call.Error)}",
    };

    /// <summary>A key with its value and revisions.</summary>
    public static string Of(KeyValue? item) => item is null ? "nothing" : string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Key}={Of(item.Value)} (created {item.CreateRevision}, changed {item.ModRevision}, "
            + $"version {item.Version})");

    /// <summary>A value, truncated.</summary>
    public static string Of(Value value) => value.Length <= MaxShownBytes
        ? value.ToString()
        : string.Create(CultureInfo.InvariantCulture,
            $"{new Value(value.Bytes[..MaxShownBytes])}... ({value.Length} bytes)");

    /// <summary>The result of an operation.</summary>
    public static string Of(OperationResult result) => result switch
    {
        PutOperationResult { Result: var put } =>
            $"put at {put.Revision}{Previous(put.Previous is null ? [] : [put.Previous])}",
        RangeOperationResult { Result: var range } => $"{range.Count} at {range.Revision}: [{Join(range.Items)}]",
        DeleteOperationResult { Result: var delete } =>
            $"deleted {delete.Deleted} at {delete.Revision}{Previous(delete.Previous)}",
        TxnOperationResult { Result: var txn } =>
            $"{(txn.Succeeded ? "succeeded" : "did not succeed")} at {txn.Revision}: "
            + $"[{string.Join("; ", txn.Responses.Select(Of))}]",
        _ => result.ToString(),
    };

    private static string OfRequest(StoreCall call) =>
        call.Operation is { } operation ? Of(operation) : $"compact to {call.CompactRevision}";

    private static string Of(Operation operation) => operation switch
    {
        PutOperation put => $"put {put.Key}={Of(put.Value)}{(put.Lease == 0 ? "" : $" under lease {put.Lease}")}",
        DeleteOperation delete => $"delete {delete.Range}",
        RangeOperation range => OfRead(range),
        TxnOperation txn => Of(txn.Txn),
        _ => operation.ToString(),
    };

    private static string OfRead(RangeOperation range) =>
        (range.Options.Consistency == Consistency.Serializable ? "read serializable " : "read ") + range.Range
        + (range.Options.Revision > 0 ? $" at {range.Options.Revision}" : "");

    private static string Of(Txn txn) =>
        (txn.Conditions.Length > 0 ? $"if [{string.Join("; ", txn.Conditions.Select(Of))}] " : "")
        + $"then [{string.Join("; ", txn.Success.Select(Of))}]"
        + (txn.Failure.Length > 0 ? $" else [{string.Join("; ", txn.Failure.Select(Of))}]" : "");

    private static string Of(Compare condition) =>
        $"{condition.Target} of {condition.Range} {condition.Relation} "
        + (condition.Target == CompareTarget.Value
            ? Of(condition.Operand)
            : condition.Number.ToString(CultureInfo.InvariantCulture));

    private static string Previous(IReadOnlyList<KeyValue> items) =>
        items.Count == 0 ? "" : $", before: [{Join(items)}]";

    private static string Join(IEnumerable<KeyValue> items) => string.Join(", ", items.Select(item => Of(item)));
}
