namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What a result shows about the store.</summary>
internal static class Evidence
{
    /// <summary>The store's revision after the call; 0 if the result does not state it.</summary>
    public static long RevisionOf(OperationResult result) => result switch
    {
        PutOperationResult { Result: var put } => put.Revision,
        RangeOperationResult { Result: var range } => range.Revision,
        DeleteOperationResult { Result: var delete } => delete.Revision,
        TxnOperationResult { Result: var txn } => txn.Revision,
        _ => 0,
    };

    /// <summary>Whether the call changed something: then the revision is its own.</summary>
    public static bool IsChange(OperationResult result) => result switch
    {
        PutOperationResult => true,
        DeleteOperationResult { Result: var delete } => delete.Deleted > 0,
        TxnOperationResult { Result: var txn } => txn.Responses.Any(IsChange),
        _ => false,
    };

    /// <summary>Every key with its value and revisions that the result shows.</summary>
    public static IEnumerable<KeyValue> ItemsOf(OperationResult result) => result switch
    {
        PutOperationResult { Result.Previous: { } previous } => [previous],
        RangeOperationResult { Result: var range } => range.Items,
        DeleteOperationResult { Result: var delete } => delete.Previous,
        TxnOperationResult { Result: var txn } => txn.Responses.SelectMany(ItemsOf),
        _ => [],
    };

    /// <summary>Whether two operations returned the same result.</summary>
    public static bool AreEqual(OperationResult left, OperationResult right) => (left, right) switch
    {
        (PutOperationResult { Result: var a }, PutOperationResult { Result: var b }) => a == b,
        (RangeOperationResult { Result: var a }, RangeOperationResult { Result: var b }) =>
            a.Revision == b.Revision && a.Count == b.Count && a.More == b.More
            && a.Items.SequenceEqual(b.Items),
        (DeleteOperationResult { Result: var a }, DeleteOperationResult { Result: var b }) =>
            a.Revision == b.Revision && a.Deleted == b.Deleted
            && a.Previous.SequenceEqual(b.Previous),
        (TxnOperationResult { Result: var a }, TxnOperationResult { Result: var b }) =>
            a.Succeeded == b.Succeeded && a.Revision == b.Revision
            && a.Responses.Count == b.Responses.Count
            && a.Responses.Zip(b.Responses, AreEqual).All(equal => equal),
        _ => false,
    };
}
