namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The calls to a member, whichever life it is in: an app that holds it needs not know that the test has
/// restarted the member.</summary>
/// <param name="guard">Ends calls that only time could end.</param>
internal sealed class MemberStore(StallGuard guard) : IKeyValueStore, IStoreMaintenance
{
    private volatile IKeyValueStore? _store;

    /// <inheritdoc />
    public StoreStatus Status => Store.Status;

    private IKeyValueStore Store =>
        _store ?? throw new StoreStoppedException(
            "The member was not started yet. Await ConsensusTestCluster.StartAsync.");

    private IStoreMaintenance Maintenance => (IStoreMaintenance)Store;

    /// <summary>A new life of the member begins.</summary>
    /// <typeparam name="TStore">The type of its calls.</typeparam>
    /// <param name="store">Its calls.</param>
    public void Attach<TStore>(TStore store) where TStore : IKeyValueStore, IStoreMaintenance => _store = store;

    /// <inheritdoc />
    public ValueTask WaitForReadyAsync(CancellationToken cancellationToken = default) =>
        guard.Watch(Store.WaitForReadyAsync(cancellationToken));

    /// <inheritdoc />
    public ValueTask<KeyValue?> GetAsync(
        Key key, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        guard.Watch(Store.GetAsync(key, options, cancellationToken));

    /// <inheritdoc />
    public ValueTask<RangeResult> RangeAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default) =>
        guard.Watch(Store.RangeAsync(range, options, cancellationToken));

    /// <inheritdoc />
    public IAsyncEnumerable<KeyValue> ScanAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default) =>
        Store.ScanAsync(range, options, cancellationToken);

    /// <inheritdoc />
    public StoreView OpenView(long revision = 0) => Store.OpenView(revision);

    /// <inheritdoc />
    public ValueTask<PutResult> PutAsync(
        Key key, Value value, PutOptions? options = null, CancellationToken cancellationToken = default) =>
        guard.Watch(Store.PutAsync(key, value, options, cancellationToken));

    /// <inheritdoc />
    public ValueTask<DeleteResult> DeleteAsync(
        KeyRange range, DeleteOptions? options = null, CancellationToken cancellationToken = default) =>
        guard.Watch(Store.DeleteAsync(range, options, cancellationToken));

    /// <inheritdoc />
    public ValueTask<TxnResult> TxnAsync(Txn txn, CancellationToken cancellationToken = default) =>
        guard.Watch(Store.TxnAsync(txn, cancellationToken));

    /// <inheritdoc />
    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default) =>
        guard.Watch(Store.CompactAsync(revision, cancellationToken));

    /// <inheritdoc />
    public IAsyncEnumerable<WatchEvent> WatchAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        Store.WatchAsync(range, options, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<WatchBatch> WatchBatchesAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        Store.WatchBatchesAsync(range, options, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<StoreStatus> WatchStatusAsync(CancellationToken cancellationToken = default) =>
        Maintenance.WatchStatusAsync(cancellationToken);

    /// <inheritdoc />
    public CancellationToken GetLeadershipToken() => Maintenance.GetLeadershipToken();

    /// <inheritdoc />
    public ValueTask<StoreHash> HashAsync(long revision = 0, CancellationToken cancellationToken = default) =>
        Maintenance.HashAsync(revision, cancellationToken);

    /// <inheritdoc />
    public ValueTask TransferLeadershipAsync(MemberId target, CancellationToken cancellationToken = default) =>
        guard.Watch(Maintenance.TransferLeadershipAsync(target, cancellationToken));
}
