using System.Diagnostics;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The calls to a member, whichever life it is in: an app that holds it needs not know that the test has
/// restarted the member.</summary>
/// <param name="time">The clock of the cluster.</param>
/// <param name="stallLimit">How long, in real time, a call may wait while the clock stands still.</param>
/// <param name="describe">Tells how the cluster stands.</param>
internal sealed class MemberStore(VirtualTimeProvider time, TimeSpan stallLimit, Func<string> describe)
    : IKeyValueStore, IStoreMaintenance
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
        Guard(Store.WaitForReadyAsync(cancellationToken));

    /// <inheritdoc />
    public ValueTask<KeyValue?> GetAsync(
        Key key, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        Guard(Store.GetAsync(key, options, cancellationToken));

    /// <inheritdoc />
    public ValueTask<RangeResult> RangeAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default) =>
        Guard(Store.RangeAsync(range, options, cancellationToken));

    /// <inheritdoc />
    public ValueTask<PutResult> PutAsync(
        Key key, Value value, PutOptions? options = null, CancellationToken cancellationToken = default) =>
        Guard(Store.PutAsync(key, value, options, cancellationToken));

    /// <inheritdoc />
    public ValueTask<DeleteResult> DeleteAsync(
        KeyRange range, DeleteOptions? options = null, CancellationToken cancellationToken = default) =>
        Guard(Store.DeleteAsync(range, options, cancellationToken));

    /// <inheritdoc />
    public ValueTask<TxnResult> TxnAsync(Txn txn, CancellationToken cancellationToken = default) =>
        Guard(Store.TxnAsync(txn, cancellationToken));

    /// <inheritdoc />
    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default) =>
        Guard(Store.CompactAsync(revision, cancellationToken));

    /// <inheritdoc />
    public IAsyncEnumerable<WatchEvent> WatchAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        Store.WatchAsync(range, options, cancellationToken);

    /// <inheritdoc />
    public ValueTask<StoreHash> HashAsync(long revision = 0, CancellationToken cancellationToken = default) =>
        Maintenance.HashAsync(revision, cancellationToken);

    /// <inheritdoc />
    public ValueTask TransferLeadershipAsync(MemberId target, CancellationToken cancellationToken = default) =>
        Guard(Maintenance.TransferLeadershipAsync(target, cancellationToken));

    private ValueTask<T> Guard<T>(ValueTask<T> call) =>
        call.IsCompleted ? call : new ValueTask<T>(GuardAsync(call.AsTask()));

    private ValueTask Guard(ValueTask call) => call.IsCompleted ? call : new ValueTask(GuardAsync(call.AsTask()));

    private async Task<T> GuardAsync<T>(Task<T> call)
    {
        await GuardAsync((Task)call).ConfigureAwait(false);
        return await call.ConfigureAwait(false);
    }

    /// <summary>Waits for a call. A test that awaits a call which only time can end, and lets none pass, would
    /// hang.</summary>
    private async Task GuardAsync(Task call)
    {
        while (true)
        {
            TimeSpan before = time.Elapsed;
            try
            {
                await call.WaitAsync(stallLimit).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException exception) when (!call.IsCompleted)
            {
                if (time.Elapsed == before && !Debugger.IsAttached)
                {
                    throw new ClusterTimeoutException(
                        $"The call needs virtual time to pass, and for {stallLimit} none has. Let time pass while it "
                        + $"is under way: await cluster.RunUntilAsync(call).{Environment.NewLine}{describe()}",
                        exception);
                }
            }
        }
    }
}
