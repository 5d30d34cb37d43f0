namespace EmbeddedConsensus;

/// <summary>Makes the operations of a transaction.</summary>
public static class Op
{
    private static readonly RangeOptions DefaultRange = new();

    /// <summary>Puts a key.</summary>
    /// <param name="key">The key; at most once on any path through the transaction.</param>
    /// <param name="value">Its new value.</param>
    /// <param name="returnPrevious">Whether to return what the key held before.</param>
    /// <param name="lease">The id of the lease to attach the key to; 0 detaches it from the one that it is attached to.
    /// If there is no such lease, the transaction fails with <see cref="LeaseNotFoundException"/>.</param>
    public static Operation Put(Key key, Value value, bool returnPrevious = false, long lease = 0) =>
        new PutOperation(key, value, returnPrevious, lease);

    /// <summary>Reads a key.</summary>
    /// <param name="key">The key.</param>
    public static Operation Get(Key key) => new RangeOperation(key, DefaultRange);

    /// <summary>Reads a range of keys.</summary>
    /// <param name="range">The keys.</param>
    /// <param name="options">How to read them.</param>
    public static Operation Range(KeyRange range, RangeOptions? options = null) =>
        new RangeOperation(range, options ?? DefaultRange);

    /// <summary>Deletes keys.</summary>
    /// <param name="range">The keys.</param>
    /// <param name="returnPrevious">Whether to return what they held.</param>
    public static Operation Delete(KeyRange range, bool returnPrevious = false) =>
        new DeleteOperation(range, returnPrevious);

    /// <summary>Runs a transaction as part of this one.</summary>
    /// <param name="txn">The inner transaction.</param>
    public static Operation Txn(Txn txn) => new TxnOperation(txn);
}
