using System.Collections.Concurrent;
using System.Threading.Channels;
using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Protos;
using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Watching;

/// <summary>The watches of one stream, and the one queue from which their responses are written. A client that does not
/// read holds up the stream's own watches and nothing else: they read on from the history later.</summary>
internal sealed class WatchStream : IAsyncDisposable
{
    private const int QueuedResponses = 16;
    private const long AllWatches = -1;

    private readonly EtcdStore _store;
    private readonly CancellationTokenSource _stop;
    private readonly Channel<WatchResponse> _responses = Channel.CreateBounded<WatchResponse>(
        new BoundedChannelOptions(QueuedResponses) { SingleReader = true });
    private readonly ConcurrentDictionary<long, WatchSubscription> _watches = new();
    private readonly SemaphoreSlim _progressRequests = new(0, 1);
    private readonly Task _progress;
    private long _nextId;

    /// <summary>Starts to write.</summary>
    /// <param name="store">The store.</param>
    /// <param name="responses">The client.</param>
    /// <param name="cancellationToken">Cancelled when the client is gone.</param>
    public WatchStream(
        EtcdStore store, IServerStreamWriter<WatchResponse> responses, CancellationToken cancellationToken)
    {
        _store = store;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Completion = WriteAsync(responses);
        _progress = ReportProgressAsync();
    }

    /// <summary>Completes when nothing can be written any more.</summary>
    public Task Completion { get; }

    /// <summary>Begins a watch, or answers why it cannot.</summary>
    public async Task CreateAsync(WatchCreateRequest request)
    {
        long revision = _store.Keys.Status.Revision;
        string? refusal = null;
        if (!WatchMapping.TryGetRange(request, out KeyRange range))
        {
            refusal = "mvcc: watcher range is empty";
        }
        else if (request.WatchId != 0 && _watches.ContainsKey(request.WatchId))
        {
            refusal = "mvcc: duplicate watch ID provided on the WatchStream";
        }
        else if (_watches.Count >= _store.Options.MaxWatchesPerStream)
        {
            refusal = "etcdserver: too many watches on one stream";
        }

        long id = refusal is null ? ChooseId(request.WatchId) : AllWatches;
        await SendAsync(new WatchResponse
        {
            Header = _store.Header(revision),
            WatchId = id,
            Created = true,
            Canceled = refusal is not null,
            CancelReason = refusal ?? "",
        });
        if (refusal is null)
        {
            WatchSubscription watch = new(_store, this, id, range, request, revision, _stop.Token);
            _watches[id] = watch;
            watch.Start();
        }
    }

    /// <summary>Ends a watch at the client's request. An unknown one is not answered.</summary>
    public async Task CancelAsync(long id)
    {
        if (_watches.TryRemove(id, out WatchSubscription? watch))
        {
            await watch.DisposeAsync();
            await SendAsync(new WatchResponse { Header = _store.Header(), WatchId = id, Canceled = true });
        }
    }

    /// <summary>Asks for one report as soon as every watch has delivered what there is now. Requests that come before
    /// it share the report.</summary>
    public void RequestProgress()
    {
        if (_progressRequests.CurrentCount == 0)
        {
            _progressRequests.Release();
        }
    }

    /// <summary>Queues a response; waits while the client does not read.</summary>
    public ValueTask SendAsync(WatchResponse response) => _responses.Writer.WriteAsync(response, _stop.Token);

    /// <summary>Drops a watch that has ended by itself.</summary>
    public void Forget(long id) => _watches.TryRemove(id, out _);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _responses.Writer.TryComplete();
        foreach (WatchSubscription watch in _watches.Values)
        {
            await watch.DisposeAsync();
        }

        await Task.WhenAll(Completion, _progress).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _progressRequests.Dispose();
    }

    private long ChooseId(long requested)
    {
        if (requested != 0)
        {
            return requested;
        }

        while (_watches.ContainsKey(_nextId))
        {
            _nextId++;
        }

        return _nextId++;
    }

    private async Task WriteAsync(IServerStreamWriter<WatchResponse> responses)
    {
        await foreach (WatchResponse response in _responses.Reader.ReadAllAsync(_stop.Token))
        {
            await responses.WriteAsync(response, _stop.Token);
        }
    }

    private async Task ReportProgressAsync()
    {
        while (true)
        {
            await _progressRequests.WaitAsync(_stop.Token);
            long revision = _store.Keys.Status.Revision;
            foreach (WatchSubscription watch in _watches.Values)
            {
                await watch.WaitForAsync(revision);
            }

            await SendAsync(new WatchResponse { Header = _store.Header(revision), WatchId = AllWatches });
        }
    }
}
