using System.Diagnostics;
using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Protos;
using Lock = System.Threading.Lock;

namespace EmbeddedConsensus.Etcd.Watching;

/// <summary>One watch of a stream: takes batches from the store and queues responses.</summary>
/// <param name="store">The store.</param>
/// <param name="stream">The stream.</param>
/// <param name="id">The watch's id on the stream.</param>
/// <param name="range">The keys.</param>
/// <param name="request">How to watch them.</param>
/// <param name="revision">The store's revision when the request came.</param>
/// <param name="streamEnded">Cancelled with the stream.</param>
internal sealed class WatchSubscription(
    EtcdStore store,
    WatchStream stream,
    long id,
    KeyRange range,
    WatchCreateRequest request,
    long revision,
    CancellationToken streamEnded) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(streamEnded);
    private readonly WatchProgressTrigger _trigger = new();
    private readonly Lock _lock = new();
    private readonly long _start = request.StartRevision > 0 ? request.StartRevision : revision + 1;

    // The beginning of a revision that comes in pieces, for a client that takes no fragments.
    private readonly List<WatchEvent> _pieces = [];
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _delivered;
    private long _reported = Stopwatch.GetTimestamp();
    private Task _run = Task.CompletedTask;

    /// <summary>Starts to deliver.</summary>
    public void Start() => _run = RunAsync();

    /// <summary>Completes when the watch has queued every change up to a revision, or has ended. A watch that starts
    /// after the revision has nothing to deliver up to it.</summary>
    public async Task WaitForAsync(long target)
    {
        _trigger.Request();
        while (!_run.IsCompleted)
        {
            Task moved;
            lock (_lock)
            {
                if (_delivered >= target || _start > target)
                {
                    return;
                }

                moved = _moved.Task;
            }

            await Task.WhenAny(moved, _run).WaitAsync(streamEnded);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        WatchOptions options =
            WatchMapping.Options(request, revision, store.Options.WatchProgressInterval, _trigger);
        try
        {
            await foreach (WatchBatch batch in store.Keys.WatchBatchesAsync(range, options, _stop.Token))
            {
                await SendAsync(batch);
                if (!batch.IsPartial)
                {
                    Advance(batch.Revision);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Cancelled by the client, or the stream has ended.
        }
        catch (Exception e) when (e is ConsensusStoreException or InvalidRequestException)
        {
            stream.Forget(id);
            await stream.SendAsync(new WatchResponse
            {
                Header = store.Header(),
                WatchId = id,
                Canceled = true,
                CompactRevision = (e as CompactedException)?.CompactRevision ?? 0,
                CancelReason = ExceptionMapping.ToRpcException(e).Status.Detail,
            });
        }
    }

    private async Task SendAsync(WatchBatch batch)
    {
        if (batch.IsProgress)
        {
            // A report on request, or the first one, is not for the client: the stream answers for all watches.
            if (request.ProgressNotify
                && Stopwatch.GetElapsedTime(_reported) >= store.Options.WatchProgressInterval / 2)
            {
                await stream.SendAsync(NewResponse(batch.Revision));
                _reported = Stopwatch.GetTimestamp();
            }

            return;
        }

        if (!request.Fragment && (batch.IsPartial || _pieces.Count > 0))
        {
            _pieces.AddRange(batch.Events);
            if (batch.IsPartial)
            {
                return;
            }

            batch = batch with { Events = [.. _pieces] };
            _pieces.Clear();
        }

        foreach (WatchResponse response in Responses(batch))
        {
            await stream.SendAsync(response);
        }

        _reported = Stopwatch.GetTimestamp();
    }

    // A revision is split only if the client said that it can put the fragments together again.
    private List<WatchResponse> Responses(WatchBatch batch)
    {
        List<WatchResponse> responses = [NewResponse(batch.Revision)];
        int size = 0;
        foreach (Event change in batch.Events.Select(KeyMapping.ToProto))
        {
            int length = change.CalculateSize();
            if (request.Fragment && size > 0 && size + length > store.Options.MaxRequestBytes)
            {
                responses[^1].Fragment = true;
                responses.Add(NewResponse(batch.Revision));
                size = 0;
            }

            responses[^1].Events.Add(change);
            size += length;
        }

        responses[^1].Fragment = batch.IsPartial;
        return responses;
    }

    private WatchResponse NewResponse(long at) => new() { Header = store.Header(at), WatchId = id };

    private void Advance(long to)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            _delivered = to;
            moved = _moved;
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.SetResult();
    }
}
