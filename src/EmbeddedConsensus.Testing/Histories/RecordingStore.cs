using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>A store that passes every call on to another and records it: what a caller under test is given.</summary>
/// <param name="store">The store to call.</param>
/// <param name="recorder">What records.</param>
/// <param name="client">Who calls.</param>
/// <param name="session">To which life of which replica the calls go, if that is known: when the replica restarts, go
/// on with another one.</param>
/// <remarks>A failure that says that nothing was executed is recorded as a failure; every other end of a write without
/// an answer, a cancellation among them, as of unknown outcome. Exceptions reach the caller as they are.</remarks>
public sealed class RecordingStore(IKeyValueStore store, HistoryRecorder recorder, int client, string session = "")
    : IKeyValueStore
{
    /// <inheritdoc />
    public StoreStatus Status => store.Status;

    /// <inheritdoc />
    public ValueTask WaitForReadyAsync(CancellationToken cancellationToken = default) =>
        store.WaitForReadyAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask<KeyValue?> GetAsync(
        Key key, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        RangeOptions recorded = new()
        {
            Consistency = options?.Consistency ?? Consistency.Linearizable,
            Revision = options?.Revision ?? 0,
        };
        KeyValue? found = null;
        await RecordAsync(Op.Range(key, recorded), async () =>
        {
            found = await store.GetAsync(key, options, cancellationToken).ConfigureAwait(false);
            KeyValue[] items = found is null ? [] : [found];
            return new RangeOperationResult(new RangeResult(items, items.Length, false, 0));
        }).ConfigureAwait(false);
        return found;
    }

    /// <inheritdoc />
    public async ValueTask<RangeResult> RangeAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        Operation operation = Op.Range(range, options);
        RangeOperationResult recorded = await RecordAsync(operation, async () => new RangeOperationResult(
            await store.RangeAsync(range, options, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        return recorded.Result;
    }

    /// <inheritdoc />
    public async ValueTask<PutResult> PutAsync(
        Key key, Value value, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        Operation operation = Op.Put(key, value, options?.ReturnPrevious ?? false);
        PutOperationResult recorded = await RecordAsync(operation, async () => new PutOperationResult(
            await store.PutAsync(key, value, options, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        return recorded.Result;
    }

    /// <inheritdoc />
    public async ValueTask<DeleteResult> DeleteAsync(
        KeyRange range, DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        Operation operation = Op.Delete(range, options?.ReturnPrevious ?? false);
        DeleteOperationResult recorded = await RecordAsync(operation, async () => new DeleteOperationResult(
            await store.DeleteAsync(range, options, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        return recorded.Result;
    }

    /// <inheritdoc />
    public async ValueTask<TxnResult> TxnAsync(Txn txn, CancellationToken cancellationToken = default)
    {
        TxnOperationResult recorded = await RecordAsync(Op.Txn(txn), async () => new TxnOperationResult(
            await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        return recorded.Result;
    }

    /// <inheritdoc />
    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default)
    {
        int call = recorder.InvokeCompaction(client, revision, session);
        await EndAsync<OperationResult?>(call, isRead: false, async () =>
        {
            await store.CompactAsync(revision, cancellationToken).ConfigureAwait(false);
            return null;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<WatchEvent> WatchAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        // Called at once: where a watch "from now on" begins is not for the first read of the result to say.
        IAsyncEnumerable<WatchEvent> events = store.WatchAsync(range, options, cancellationToken);
        return RecordAsync(events, range, options, cancellationToken);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<WatchBatch> WatchBatchesAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        IAsyncEnumerable<WatchBatch> batches = store.WatchBatchesAsync(range, options, cancellationToken);
        return RecordBatchesAsync(batches, range, options, cancellationToken);
    }

    private async IAsyncEnumerable<WatchBatch> RecordBatchesAsync(
        IAsyncEnumerable<WatchBatch> batches,
        KeyRange range,
        WatchOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int watch = recorder.BeginWatch($"watch of client {client}", range, options);
        await foreach (WatchBatch batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (WatchEvent item in batch.Events)
            {
                recorder.Deliver(watch, WatchRecord.Of(item));
            }

            yield return batch;
        }
    }

    private async IAsyncEnumerable<WatchEvent> RecordAsync(
        IAsyncEnumerable<WatchEvent> events,
        KeyRange range,
        WatchOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int watch = recorder.BeginWatch($"watch of client {client}", range, options);
        await foreach (WatchEvent item in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            recorder.Deliver(watch, WatchRecord.Of(item));
            yield return item;
        }
    }

    private Task<TResult> RecordAsync<TResult>(Operation operation, Func<Task<TResult>> call)
        where TResult : OperationResult =>
        EndAsync(recorder.Invoke(client, operation, session), operation is RangeOperation, call);

    private async Task<TResult> EndAsync<TResult>(int call, bool isRead, Func<Task<TResult>> run)
        where TResult : OperationResult?
    {
        try
        {
            TResult result = await run().ConfigureAwait(false);
            recorder.Succeed(call, result);
            return result;
        }
        catch (Exception exception) when (isRead || IsDefinite(exception))
        {
            // A read that gave no answer showed nothing to anybody, whatever happened to it.
            recorder.Fail(call, exception);
            throw;
        }
        catch (Exception exception)
        {
            recorder.Lose(call, exception);
            throw;
        }
    }

    // What says that nothing was executed. A replica that faults or stops may leave a write behind that others execute.
    private static bool IsDefinite(Exception exception) => exception
        is QuorumUnavailableException or TooManyRequestsException or InvalidRequestException
        or CompactedException or FutureRevisionException or WriteCanceledException { MayHaveExecuted: false };
}
