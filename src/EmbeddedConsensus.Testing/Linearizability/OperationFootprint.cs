namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The keys an operation can read or change, on any path through it.</summary>
internal static class OperationFootprint
{
    /// <summary>The keys that its result can depend on or that it can change.</summary>
    public static IEnumerable<KeyRange> Touched(Operation operation) => operation switch
    {
        PutOperation put => [KeyRange.Single(put.Key)],
        DeleteOperation delete => [delete.Range],
        RangeOperation range => [range.Range],
        TxnOperation { Txn: { } txn } => txn.Conditions.Select(condition => condition.Range)
            .Concat(txn.Success.Concat(txn.Failure).SelectMany(Touched)),
        _ => [],
    };

    /// <summary>The keys that it can change.</summary>
    public static IEnumerable<KeyRange> Written(Operation operation) =>
        Writes(operation).Select(write => write is PutOperation put
            ? KeyRange.Single(put.Key)
            : ((DeleteOperation)write).Range);

    /// <summary>The puts and deletes in it.</summary>
    public static IEnumerable<Operation> Writes(Operation operation) => operation switch
    {
        PutOperation or DeleteOperation => [operation],
        TxnOperation { Txn: { } txn } => txn.Success.Concat(txn.Failure).SelectMany(Writes),
        _ => [],
    };

    /// <summary>The old revisions that its reads request.</summary>
    public static IEnumerable<long> PastReads(Operation operation) => operation switch
    {
        RangeOperation { Options.Revision: > 0 and long revision } => [revision],
        TxnOperation { Txn: { } txn } => txn.Success.Concat(txn.Failure).SelectMany(PastReads),
        _ => [],
    };

    /// <summary>Whether what it writes depends on what it finds.</summary>
    public static bool IsConditional(Operation operation) => operation is TxnOperation { Txn: { } txn }
        && (txn.Conditions.Length > 0 || txn.Success.Any(IsConditional));
}
