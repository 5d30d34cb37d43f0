using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>A store that forwards every call to another and records it: pass it to the caller under test.</summary>
/// <param name="store">The store to call.</param>
/// <param name="recorder">The recorder.</param>
/// <param name="client">The caller.</param>
/// <param name="session">The replica and its run that the calls go to, if known: use another value after the replica
/// has restarted.</param>
/// <remarks>A failure that proves that nothing was executed is recorded as a failure; any other end of a write without
/// a result, including a cancellation, as an unknown outcome. Exceptions reach the caller unchanged.</remarks>
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
        Operation operation = Op.Put(key, value, options?.ReturnPrevious ?? false, options?.Lease ?? 0);
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
        // Called at once: the start of a watch "from now on" must not depend on when its events are first read.
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
            // A read without a result showed nothing to its caller, whatever the reason.
            recorder.Fail(call, exception);
            throw;
        }
        catch (Exception exception)
        {
            recorder.Lose(call, exception);
            throw;
        }
    }

    // Exceptions that prove that nothing was executed. A replica that faults or stops may leave a write that others
    // execute.
    private static bool IsDefinite(Exception exception) => exception
        is QuorumUnavailableException or TooManyRequestsException or InvalidRequestException
        or CompactedException or FutureRevisionException or WriteCanceledException { MayHaveExecuted: false };
}
