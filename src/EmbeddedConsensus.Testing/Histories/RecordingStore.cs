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
            return new OperationResult { Range = new RangeResult(items, items.Length, false, 0) };
        }).ConfigureAwait(false);
        return found;
    }

    /// <inheritdoc />
    public async ValueTask<RangeResult> RangeAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        OperationResult? result = await RecordAsync(Op.Range(range, options), async () => new OperationResult
        {
            Range = await store.RangeAsync(range, options, cancellationToken).ConfigureAwait(false),
        }).ConfigureAwait(false);
        return result!.Range!;
    }

    /// <inheritdoc />
    public async ValueTask<PutResult> PutAsync(
        Key key, Value value, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        Operation operation = Op.Put(key, value, options?.ReturnPrevious ?? false);
        OperationResult? result = await RecordAsync(operation, async () => new OperationResult
        {
            Put = await store.PutAsync(key, value, options, cancellationToken).ConfigureAwait(false),
        }).ConfigureAwait(false);
        return result!.Put!.Value;
    }

    /// <inheritdoc />
    public async ValueTask<DeleteResult> DeleteAsync(
        KeyRange range, DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        Operation operation = Op.Delete(range, options?.ReturnPrevious ?? false);
        OperationResult? result = await RecordAsync(operation, async () => new OperationResult
        {
            Delete = await store.DeleteAsync(range, options, cancellationToken).ConfigureAwait(false),
        }).ConfigureAwait(false);
        return result!.Delete!.Value;
    }

    /// <inheritdoc />
    public async ValueTask<TxnResult> TxnAsync(Txn txn, CancellationToken cancellationToken = default)
    {
        OperationResult? result = await RecordAsync(Op.Txn(txn), async () => new OperationResult
        {
            Txn = await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false),
        }).ConfigureAwait(false);
        return result!.Txn!;
    }

    /// <inheritdoc />
    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default)
    {
        int call = recorder.InvokeCompaction(client, revision, session);
        await EndAsync(call, isRead: false, async () =>
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

    private Task<OperationResult?> RecordAsync(Operation operation, Func<Task<OperationResult?>> call) =>
        EndAsync(recorder.Invoke(client, operation, session), operation is RangeOperation, call);

    private async Task<OperationResult?> EndAsync(int call, bool isRead, Func<Task<OperationResult?>> run)
    {
        try
        {
            OperationResult? result = await run().ConfigureAwait(false);
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
        or CompactedException or FutureRevisionException;
}
