using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>Handwritten histories: calls with their times and results.</summary>
internal static class HistoryOf
{
    /// <summary>A history of a new store.</summary>
    public static StoreHistory Calls(params StoreCall[] calls) => new() { Calls = calls };

    /// <summary>A put that made a revision.</summary>
    public static StoreCall Put(long from, long to, string key, string value, long revision) =>
        Succeeded(from, to, Op.Put(key, value), new PutOperationResult(new PutResult(revision, null)));

    /// <summary>A delete of one key that made a revision.</summary>
    public static StoreCall Delete(long from, long to, string key, long revision) =>
        Succeeded(from, to, Op.Delete((Key)key), new DeleteOperationResult(new DeleteResult(revision, 1, [])));

    /// <summary>A get, which does not state the store's revision.</summary>
    public static StoreCall Get(long from, long to, string key, KeyValue? found) =>
        Read(from, to, key, 0, new RangeOptions(), found is null ? [] : [found]);

    /// <summary>A read of a range that states the store's revision.</summary>
    public static StoreCall Range(long from, long to, KeyRange range, long revision, params KeyValue[] found) =>
        Read(from, to, range, revision, new RangeOptions(), found);

    /// <summary>A serializable read that states the store's revision.</summary>
    public static StoreCall Stale(
        long from, long to, KeyRange range, long revision, string session, params KeyValue[] found) =>
        Read(from, to, range, revision, new RangeOptions { Consistency = Consistency.Serializable }, found)
            with { Session = session };

    /// <summary>A transaction with its result.</summary>
    public static StoreCall Transaction(
        long from, long to, Txn txn, bool succeeded, long revision, params OperationResult[] responses) =>
        Succeeded(from, to, Op.Txn(txn), new TxnOperationResult(new TxnResult(succeeded, revision, responses)));

    /// <summary>A call that never returned.</summary>
    public static StoreCall Lost(long from, Operation operation) => new()
    {
        Client = 1,
        InvokedAt = from,
        Operation = operation,
    };

    /// <summary>A call with its result.</summary>
    public static StoreCall Succeeded(long from, long to, Operation operation, OperationResult result) => new()
    {
        Client = 1,
        InvokedAt = from,
        ReturnedAt = to,
        Operation = operation,
        Outcome = CallOutcome.Succeeded,
        Result = result,
    };

    /// <summary>A key as a read shows it.</summary>
    public static KeyValue Item(string key, string value, long created, long changed, long version) =>
        new(key, value, created, changed, version);

    private static StoreCall Read(
        long from, long to, KeyRange range, long revision, RangeOptions options, KeyValue[] found) =>
        Succeeded(from, to, Op.Range(range, options),
            new RangeOperationResult(new RangeResult(found, found.Length, false, revision)));
}
